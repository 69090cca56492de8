// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/wire/punctual.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

#include <algorithm>

namespace metergate::sim {

bool go_before_others() {
  // The default slack of 50 us would be half the error budget.
  ::prctl(PR_SET_TIMERSLACK, 1);
  sched_param priority{};
  priority.sched_priority = 10;
  return ::pthread_setschedparam(::pthread_self(), SCHED_FIFO, &priority) == 0;
}

void poll_until(std::span<pollfd> sources, std::optional<WireTime> until) {
  timespec left{};
  if (until) {
    const auto pause = std::max(*until - WireTime::clock::now(), WireDuration{0});
    const auto whole = std::chrono::floor<std::chrono::seconds>(pause);
    left.tv_sec = static_cast<time_t>(whole.count());
    left.tv_nsec = static_cast<long>((pause - whole).count());
  }
  ::ppoll(sources.data(), sources.size(), until ? &left : nullptr, nullptr);
}

}  // namespace metergate::sim
