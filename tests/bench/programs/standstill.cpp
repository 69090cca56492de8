// SPDX-License-Identifier: Apache-2.0
// How long the machine itself stands still: a program that only sleeps two milliseconds at a time,
// before all others, and adds up what it wakes too late. Runs until its input ends.
//   standstill
#include <poll.h>
#include <sys/prctl.h>
#include <time.h>

#include "tests/bench/programs/measure.hpp"

namespace {

using namespace metergate::bench;
using namespace std::chrono_literals;

constexpr auto kPause = 2ms;
/// Below that it is the scheduler's ordinary lateness.
constexpr auto kLate = 3ms;

bool input_ended() {
  pollfd input{0, POLLIN | POLLHUP, 0};
  return poll(&input, 1, 0) > 0;
}

}  // namespace

int main() {
  prctl(PR_SET_TIMERSLACK, 1);
  Clock::duration lost{0};
  Clock::duration longest{0};
  const auto began = Clock::now();
  while (!input_ended()) {
    const auto before = Clock::now();
    const timespec pause{0, std::chrono::nanoseconds{kPause}.count()};
    nanosleep(&pause, nullptr);
    const auto late = Clock::now() - before - kPause;
    longest = std::max(longest, late);
    if (late > kLate) lost += late;
  }
  const auto seconds = [](Clock::duration time) {
    return std::chrono::duration<double>(time).count();
  };
  std::printf("{\"seconds\": %.3f, \"lost_s\": %.4f, \"longest_ms\": %.2f}\n",
              seconds(Clock::now() - began), seconds(lost), 1e3 * seconds(longest));
}
