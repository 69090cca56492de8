// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/commands/relay_fuse.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace metergate::runtime {
namespace {

using namespace std::chrono_literals;

constexpr UtcTime kDue = std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 10h;
constexpr auto kMost = std::numeric_limits<std::uint32_t>::max();

RC_GTEST_PROP(SpreadDelay, NeverLongerThanAskedForNorThanHalfOfWhatIsLeft, ()) {
  const auto longest = std::chrono::milliseconds{*rc::gen::inRange(0, 3'600'000)};
  const auto left = std::chrono::milliseconds{*rc::gen::inRange(0, 7'200'000)};
  const auto drawn = *rc::gen::arbitrary<std::uint32_t>();
  const auto delay = spread_delay(longest, kDue, kDue + left, drawn);
  RC_ASSERT(delay >= 0ms);
  RC_ASSERT(delay <= longest);
  RC_ASSERT(delay <= left / 2);
}

TEST(SpreadDelay, TheWholeTimeIsUsed) {
  EXPECT_EQ(spread_delay(10s, kDue, kDue + 1h, 0), 0ms);
  EXPECT_EQ(spread_delay(10s, kDue, kDue + 1h, kMost), 10s);
  EXPECT_EQ(spread_delay(10s, kDue, kDue + 1h, kMost / 2), 5s);
}

TEST(SpreadDelay, WithoutOneThereIsNone) {
  EXPECT_EQ(spread_delay(0s, kDue, kDue + 1h, kMost), 0ms);
  EXPECT_EQ(spread_delay(10s, kDue, kDue - 1s, kMost), 0ms) << "it is too late anyway";
}

}  // namespace
}  // namespace metergate::runtime
