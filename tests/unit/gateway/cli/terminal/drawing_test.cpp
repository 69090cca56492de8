// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/terminal/drawing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/gateway/cli/test_console.hpp"

namespace metergate::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const cosem::ObisCode kImport = *cosem::ObisCode::parse("1-0:1.29.0");
const model::Channel kChannel{.obis = kImport, .name = "import", .unit = Unit::Wh, .scale = 0};
const UtcSeconds kMidnight = *rfc3339::parse_date("2026-03-01");

ProfileInterval interval(int number, std::int64_t value, IntervalMarks marks = {}) {
  return {.start = kMidnight + number * 30min,
          .values = {{.channel = kImport, .value = value, .marks = marks}}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

class DrawProfile : public testing::Test {
 protected:
  std::string draw(const std::vector<ProfileInterval>& intervals, UtcSeconds to) {
    return draw_profile(test_.console,
                        {.channel = kChannel, .period = 30min, .from = kMidnight, .to = to},
                        intervals);
  }
  TestConsole test_;
};

TEST_F(DrawProfile, OneDayIsOneChartWithAxisAndBars) {
  const auto lines =
      lines_of(draw({interval(0, 0), interval(1, 240), interval(2, 480)}, kMidnight + 90min));
  ASSERT_EQ(lines.size(), 11U);
  EXPECT_EQ(lines[0], "2026-03-01 UTC  import  sum 720 Wh  3 intervals");
  EXPECT_THAT(lines[1], testing::StartsWith("      480 ┤  █"));
  EXPECT_THAT(lines[3], testing::StartsWith("          ┤  █"));
  EXPECT_THAT(lines[4], testing::StartsWith("          ┤ ██"));
  EXPECT_THAT(lines[6], testing::StartsWith("          ┤ ██"));
  EXPECT_THAT(lines[7], testing::StartsWith("        0 ┼────"));
  EXPECT_EQ(lines[8], "           00    03    06    09    12    15    18    21");
}

TEST_F(DrawProfile, HoleIsADotAndCounted) {
  const std::string text = draw({interval(0, 100), interval(3, 100)}, kMidnight + 2h);
  EXPECT_THAT(text, HasSubstr("2 intervals, 2 missing"));
  EXPECT_THAT(text, HasSubstr("┤█··█"));
}

TEST_F(DrawProfile, PeriodStillRunningIsNoHole) {
  const std::string text = draw({interval(0, 100)}, kMidnight + 45min);
  EXPECT_THAT(text, Not(HasSubstr("missing")));
}

TEST_F(DrawProfile, MarkedIntervalsAreFlaggedBelowTheAxis) {
  const std::string text = draw({interval(0, 100), interval(1, 50, {IntervalMarks::kPowerDown}),
                                 interval(2, 90, {IntervalMarks::kDaylightSaving}),
                                 interval(3, 90, {IntervalMarks::kEstimated})},
                                kMidnight + 2h);
  EXPECT_THAT(text, HasSubstr("    flags   p e\n"));
}

TEST_F(DrawProfile, MarkedIntervalsAreColouredWhereTheTerminalShowsColours) {
  test_.console.colours = true;
  const std::string text =
      draw({interval(0, 100), interval(1, 100, {IntervalMarks::kDoubtful})}, kMidnight + 1h);
  EXPECT_THAT(text, HasSubstr("\x1b[33m█\x1b[0m"));
}

TEST_F(DrawProfile, NextDayIsAnotherChartToTheSameScale) {
  const std::string text = draw({interval(0, 100), interval(48, 1000)}, kMidnight + 25h);
  EXPECT_THAT(text, HasSubstr("2026-03-02 UTC"));
  const auto lines = lines_of(text);
  EXPECT_THAT(lines[1], testing::StartsWith("     1000 ┤ "));
}

TEST_F(DrawProfile, SmallValueIsNotDrawnAsNothing) {
  EXPECT_THAT(draw({interval(0, 1), interval(1, 1'000'000)}, kMidnight + 1h), HasSubstr("┤▁█"));
}

TEST_F(DrawProfile, NothingReadIsAllHoles) {
  EXPECT_THAT(draw({}, kMidnight + 24h), HasSubstr("0 intervals, 48 missing"));
}

TEST(DrawDaily, ConsumptionIsBetweenTwoMidnights) {
  TestConsole test;
  const std::chrono::sys_days day = *rfc3339::parse_date("2026-03-01");
  const auto snapshot = [&](int number, std::int64_t value) {
    return DailySnapshot{.day = day + std::chrono::days{number},
                         .values = {{.channel = kImport, .value = value, .marks = {}}}};
  };
  const std::string text = draw_daily(test.console, kChannel, day, day + std::chrono::days{4},
                                      {snapshot(0, 1000), snapshot(1, 1500), snapshot(2, 2500)});
  const auto lines = lines_of(text);
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_THAT(lines[1], HasSubstr("2026-03-01   500 Wh  █"));
  EXPECT_THAT(lines[2], HasSubstr("2026-03-02  1000 Wh  █"));
  EXPECT_GT(lines[2].size(), lines[1].size());
  EXPECT_THAT(lines[3], testing::EndsWith("·"));
  EXPECT_THAT(lines[4], testing::EndsWith("·"));
}

TEST(SeenPeriod, IsTheSmallestStepBetweenIntervals) {
  EXPECT_EQ(seen_period({}), 30min);
  EXPECT_EQ(seen_period({interval(0, 1), interval(4, 1), interval(5, 1)}), 30min);
  EXPECT_EQ(seen_period({interval(0, 1), interval(2, 1)}), 60min);
}

TEST(FlagOf, TellsTheMostTellingMark) {
  EXPECT_EQ(flag_of({}), ' ');
  EXPECT_EQ(flag_of({IntervalMarks::kDaylightSaving}), ' ');
  EXPECT_EQ(flag_of({IntervalMarks::kDoubtful | IntervalMarks::kPowerDown}), '?');
  EXPECT_EQ(flag_of({IntervalMarks::kIncomplete | IntervalMarks::kPowerDown}), 'p');
}

}  // namespace
}  // namespace metergate::cli
