// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/token_identifier.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/protocols/sts/sts_vectors.hpp"

namespace metergate::sts {
namespace {

using vectors::each;

TokenClock clock_of(const boost::json::object& entry) {
  return {.base = parse_base_date(vectors::text(entry, "base_date")).value()};
}

TEST(TokenIdentifier, TheVectorsHold) {
  each(sts_vectors(), "tid", [](const boost::json::object& entry) {
    SCOPED_TRACE(vectors::text(entry, "id"));
    const bool special = entry.contains("special_reserved");
    const auto tid = token_identifier(vectors::minute(entry, "time"), clock_of(entry),
                                      special ? TokenUse::Special : TokenUse::Ordinary);
    ASSERT_TRUE(tid);
    EXPECT_EQ(tid->minutes(), vectors::number(entry, "tid"));
  });
}

TEST(TokenIdentifier, KeyExpiryVectorsHold) {
  each(sts_vectors(), "ken", [](const boost::json::object& entry) {
    SCOPED_TRACE(vectors::text(entry, "id"));
    const auto tid = token_identifier(vectors::minute(entry, "time"), clock_of(entry));
    ASSERT_TRUE(tid);
    EXPECT_EQ(tid->minutes(), vectors::number(entry, "tid"));
    const KeyExpiryNumber ken{static_cast<std::uint8_t>(vectors::number(entry, "ken"))};
    EXPECT_EQ(expired(*tid, ken), entry.at("expired").as_bool());
  });
}

TEST(TokenIdentifier, ATimeOutsideTheBaseDatesSpanIsRefused) {
  using namespace std::chrono_literals;
  const TokenClock clock{.base = BaseDate::Y2014};
  const UtcSeconds first = first_day(clock.base);
  EXPECT_FALSE(token_identifier(first - 1s, clock));
  EXPECT_TRUE(token_identifier(first, clock));
  const UtcSeconds last = token_time(TokenIdentifier::from_minutes(TokenIdentifier::kLast), clock);
  EXPECT_TRUE(token_identifier(last + 59s, clock));
  EXPECT_FALSE(token_identifier(last + 60s, clock));
}

TEST(TokenIdentifier, AVendorWhoCountsLocalTimeGivesTheLocalMinute) {
  using namespace std::chrono_literals;
  const UtcSeconds time = std::chrono::sys_days{2026y / 7 / 29} + 12h;
  const TokenClock utc{.base = BaseDate::Y2014};
  const TokenClock local{.base = BaseDate::Y2014, .local_offset = 120min};
  EXPECT_EQ(token_identifier(time, local).value().minutes(),
            token_identifier(time, utc).value().minutes() + 120);
  EXPECT_EQ(token_time(token_identifier(time, local).value(), local), time);
}

TEST(NextTokenIdentifier, SeveralTokensInOneMinuteCountOnAndLeaveTheReservedMinuteOut) {
  // The TIDs of CTSA09: 00:00, 00:02, 00:03, 00:04.
  const auto midnight = TokenIdentifier::from_minutes(5'911'200);
  ASSERT_EQ(midnight.minutes() % 1'440, 0U);
  std::optional<TokenIdentifier> last;
  std::vector<std::uint32_t> minutes;
  for (int i = 0; i < 4; ++i) {
    last = next_token_identifier(midnight, last);
    minutes.push_back(last.value().minutes() - midnight.minutes());
  }
  EXPECT_EQ(minutes, (std::vector<std::uint32_t>{0, 2, 3, 4}));
}

TEST(NextTokenIdentifier, AfterTheLastMinuteThereIsNone) {
  const auto last = TokenIdentifier::from_minutes(TokenIdentifier::kLast);
  EXPECT_EQ(next_token_identifier(last, last), std::nullopt);
  EXPECT_EQ(next_token_identifier(last, std::nullopt), last);
}

RC_GTEST_PROP(TokenIdentifierLaws, TheTimeOfATidGivesTheTidBack, (bool special)) {
  const auto base = *rc::gen::element(BaseDate::Y1993, BaseDate::Y2014, BaseDate::Y2035);
  const TokenClock clock{.base = base};
  const auto tid = TokenIdentifier::from_minutes(*rc::gen::inRange(0U, TokenIdentifier::kLast + 1));
  const auto again = token_identifier(token_time(tid, clock), clock);
  RC_ASSERT(again.has_value());
  const bool reserved = tid.minutes() % 1'440 == 1;
  RC_ASSERT(again->minutes() == tid.minutes() + (reserved ? 1U : 0U));
  if (special) {
    const auto kept = token_identifier(token_time(tid, clock), clock, TokenUse::Special);
    RC_ASSERT(kept && kept->minutes() % 1'440 == 1);
  }
}

RC_GTEST_PROP(TokenIdentifierLaws, WhateverTheClockDoesNoTwoTokensShareATid,
              (std::vector<std::uint16_t> clock_readings)) {
  std::optional<TokenIdentifier> last;
  for (const std::uint16_t reading : clock_readings) {
    const auto clock = TokenIdentifier::from_minutes(reading);
    const auto next = next_token_identifier(clock, last);
    RC_ASSERT(next.has_value());
    RC_ASSERT(!last || *next > *last);
    RC_ASSERT(*next >= clock);
    last = next;
  }
}

}  // namespace
}  // namespace metergate::sts
