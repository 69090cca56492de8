// SPDX-License-Identifier: Apache-2.0
#include "meters/load_profile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace metergate {
namespace {

using std::chrono::seconds;

TEST(IntervalMarks, EveryMarkKeepsItsWord) {
  EXPECT_THAT(IntervalMarks{0x3F}.words(),
              testing::ElementsAre("power-down", "clock-set", "incomplete", "estimated",
                                   "daylight-saving", "doubtful"));
  EXPECT_TRUE(IntervalMarks{}.words().empty());
}

TEST(PeriodStart, ATimeOnTheBoundaryBeginsItsOwnPeriod) {
  const UtcSeconds noon{seconds{43'200}};
  EXPECT_EQ(period_start(noon, CapturePeriod{30}), noon);
  EXPECT_EQ(period_start(noon - seconds{1}, CapturePeriod{30}), noon - seconds{1'800});
}

RC_GTEST_PROP(PeriodStartLaws, ThePeriodHoldsTheTimeAlsoBefore1970, (std::int32_t at)) {
  const CapturePeriod period{*rc::gen::element(15, 30, 60)};
  const UtcSeconds time{seconds{at}};
  const UtcSeconds start = period_start(time, period);
  RC_ASSERT(start <= time);
  RC_ASSERT(time < start + period);
  RC_ASSERT(start.time_since_epoch() % period == seconds{0});
}

}  // namespace
}  // namespace metergate
