// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/time_range.hpp"

#include <gtest/gtest.h>

namespace metergate::console {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr UtcSeconds kNewDay{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};

std::optional<TimeRange> asked(const std::string& query, UtcSeconds now = kNewDay + 12h) {
  return time_range(parse_target("/profile?" + query).value(), now, days{1}, days{62});
}

TEST(TimeRange, NobodyWhoAsksAfterMidnightGetsAnEmptyDay) {
  const auto range = asked("", kNewDay + 37s);
  ASSERT_TRUE(range);
  EXPECT_EQ(range->from, kNewDay + 37s - days{1});
  EXPECT_EQ(range->to, kNewDay + 37s);
}

TEST(TimeRange, WhatEndedInThisVeryMomentIsInIt) {
  const auto range = time_range(Target{}, kNewDay + 1ms, days{1}, days{62});
  ASSERT_TRUE(range);
  EXPECT_GT(range->to, kNewDay);
}

TEST(TimeRange, AnEndAloneIsTheUsualTimeBeforeIt) {
  const auto range = asked("to=2026-11-20T00:00:00Z");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->from, kNewDay - days{5});
  EXPECT_EQ(range->to, kNewDay - days{4});
}

TEST(TimeRange, ABeginningAloneLastsUntilNow) {
  const auto range = asked("from=2026-11-20T00:00:00Z");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->from, kNewDay - days{4});
  EXPECT_EQ(range->to, kNewDay + 12h);
}

TEST(TimeRange, WhatIsNoRangeIsRefused) {
  for (const char* query : {"from=x", "to=2026-13-01T00:00:00Z", "from=2026-11-25T00:00:00Z",
                            "from=2026-11-20T00:00:00Z&to=2026-11-20T00:00:00Z",
                            "from=2026-01-01T00:00:00Z&to=2026-03-05T00:00:00Z"}) {
    EXPECT_FALSE(asked(query)) << query;
  }
  EXPECT_TRUE(asked("from=2026-01-01T00:00:00Z&to=2026-03-04T00:00:00Z"));
}

}  // namespace
}  // namespace metergate::console
