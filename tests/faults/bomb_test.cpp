// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <new>

#include "tests/faults/row.hpp"
#include "tests/scenario/story.hpp"

namespace {
/// Everything that was asked of the heap, returned or not: an upper bound of what was held at once.
std::size_t octets_asked_for = 0;
}  // namespace

void* operator new(std::size_t octets) {
  octets_asked_for += octets;
  if (void* got = std::malloc(octets)) return got;
  throw std::bad_alloc{};
}
void operator delete(void* what) noexcept { std::free(what); }
void operator delete(void* what, std::size_t) noexcept { std::free(what); }

namespace metergate::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBomb = 10'000'000;
constexpr std::size_t kMostMemory = 1'000'000;
constexpr std::chrono::nanoseconds kMostTime = 1ms;
/// Times what the machine needs just then for the one thing nobody can spare: giving the octets
/// back. On a machine with nothing else to do that is less than half a millisecond, and the goal
/// stands as it is.
constexpr int kOnABusyMachine = 2;

std::string repeated(std::string_view part, std::string before = {}) {
  while (before.size() < kBomb) before += part;
  return before;
}

/// Of this thread alone: what others did on the core meanwhile is not the gateway's time.
std::chrono::nanoseconds cpu_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

template <typename Work>
std::chrono::nanoseconds time_of(Work work) {
  const auto began = cpu_time();
  work();
  return cpu_time() - began;
}

TEST(BombTest, TenMegabytesAreRefusedInAMillisecondWithinAMegabyte) {
  Row row{"R14", "bombs of 10 MB", 50};
  const std::vector<std::pair<const char*, std::string>> bombs{
      {"brackets that nobody closes", repeated("[")},
      {"short numbers", repeated("1,", R"({"id":[)") + "1]}"},
      {"nested objects", repeated(R"({"a":)")},
      {"one long text", repeated("x", R"({"id":")") + R"("})"},
      {"octets that are no text", repeated("\xff\xfe\x00")}};
  Story story;
  story.advance(30s);
  for (const auto& [name, payload] : bombs) {
    // The shortest of several: a busy machine takes caches away.
    auto shortest = std::chrono::nanoseconds::max();
    auto giving_back = std::chrono::nanoseconds::max();
    std::size_t most = 0;
    for (std::uint64_t i = 0; i < std::max<std::uint64_t>(1, row.wanted() / bombs.size()); ++i) {
      MqttMessage message;
      message.topic = "metergate/v1/s1/meter/m1/command/deliver-token";
      message.payload = payload;
      const std::size_t before = octets_asked_for;
      shortest = std::min(
          shortest, time_of([&] { story.gateway().north_message(std::move(message), [] {}); }));
      most = std::max(most, octets_asked_for - before);
      std::string again = payload;
      giving_back = std::min(giving_back, time_of([&] { std::string{std::move(again)}.clear(); }));
      story.advance(1s);
      row.ran();
    }
    std::cout << name << ": " << shortest.count() / 1'000 << " us, " << most << " octets\n";
    row.expect(shortest <= std::max(kMostTime, kOnABusyMachine * giving_back),
               std::string{name} + " takes " + std::to_string(shortest.count() / 1'000) + " us");
    row.expect(most <= kMostMemory,
               std::string{name} + " takes " + std::to_string(most) + " octets");
  }
}

}  // namespace
}  // namespace metergate::test
