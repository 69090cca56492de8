// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/terminal/time_option.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/cli/exit_codes.hpp"

namespace metergate::cli {
namespace {

using namespace std::chrono_literals;

const UtcTime kNow = *rfc3339::parse("2026-03-01T10:17:00Z");

TEST(TimeOption, TakesTimesDatesAndAges) {
  EXPECT_EQ(parse_time("2026-02-28T23:00:00+02:00", kNow), rfc3339::parse("2026-02-28T21:00:00Z"));
  EXPECT_EQ(parse_time("2026-02-28", kNow), rfc3339::parse("2026-02-28T00:00:00Z"));
  EXPECT_EQ(parse_time("now", kNow), kNow);
  EXPECT_EQ(parse_time("90s", kNow), kNow - 90s);
  EXPECT_EQ(parse_time("3d", kNow), kNow - 72h);
}

TEST(TimeOption, NothingElseIsATime) {
  for (const char* text : {"", "yesterday", "5", "h", "-5m", "5w", "5 m", "99999999999999d",
                           "2026-13-01", "2026-03-01T10:17"}) {
    EXPECT_EQ(parse_time(text, kNow), std::nullopt) << text;
  }
}

TEST(TimeOption, ComplaintNamesOptionValueAndWhatIsAllowed) {
  const auto time = time_argument("soon", "--since", kNow, kNow);
  ASSERT_FALSE(time);
  EXPECT_EQ(time.error().code, kUsage);
  EXPECT_THAT(time.error().text, testing::StartsWith("--since soon: allowed are"));
}

TEST(TimeOption, OptionLeftOutMeansTheUsualTime) {
  const auto time = time_argument("", "--since", kNow, kNow - 5min);
  ASSERT_TRUE(time);
  EXPECT_EQ(*time, kNow - 5min);
}

TEST(TimeOption, AgeIsToldInFewCharacters) {
  EXPECT_EQ(ago_text(kNow - 12s, kNow), "12 s");
  EXPECT_EQ(ago_text(kNow - 5min, kNow), "5 min");
  EXPECT_EQ(ago_text(kNow - 3h, kNow), "3 h");
  EXPECT_EQ(ago_text(kNow - 72h, kNow), "3 d");
  EXPECT_EQ(ago_text(kNow + 5s, kNow), "just now");
}

}  // namespace
}  // namespace metergate::cli
