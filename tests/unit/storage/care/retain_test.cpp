// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

class RetainTest : public LedgerTest {
 protected:
  // Something of everything, `age` old, and nothing of it waiting for the broker.
  void fill(days age, std::uint32_t number) {
    const auto at = kNow - age;
    const auto day = std::chrono::floor<days>(at);
    good(ledger->store_profile(m.key, 1, whole_day(day), at));
    good(ledger->store_daily(m.key, 1, {{day, {{kImport, 1, {}}}}}, at));
    good(ledger->store_registers(m.key, 1, {at, {{kImport, {1, 0}, Unit::Wh}}}));
    good(ledger->store_log(m.key, 1, {LogEntry{.sequence = number, .meter_time = day}}, at));
    Command one = command("c" + std::to_string(number), Synchronise{});
    one.stated_expires_at = at + 1h;
    const auto key = std::get<Inserted>(good(ledger->insert_command(m.key, one, "d", at))).key;
    if (number % 2 == 1) {
      good(ledger->append_step(key, step(CommandState::Accepted, CommandState::Expired, at)));
    }
    good(ledger->append_journal({0, at, "info", "MG0101", "m1", "", "text", "{}"}));
  }
  void publish_all() {
    for (const auto& data : good(ledger->outbox_data(1000))) good(ledger->published(data));
  }
  std::size_t rows_left() {
    return good(ledger->profile(m.key, 1, kToday - days{3000}, kToday + days{1})).size() / 48 +
           good(ledger->daily(m.key, 1, kToday - days{3000}, kToday + days{1})).size() +
           good(ledger->registers(m.key, 1, kToday - days{3000}, kToday + days{1}, 999)).size() +
           good(ledger->log(m.key, 1, LogId::Token, 0, 999)).size() +
           good(ledger->commands_of(m.key, 999)).size() + good(ledger->journal({})).size();
  }
  StoredMeter m = meter();
};

TEST_F(RetainTest, OldDataGoesAndYoungDataStays) {
  fill(days{1000}, 1);
  fill(days{10}, 3);
  while (good(ledger->fold(kToday, 100)).meter_days > 0) {
  }
  publish_all();
  EXPECT_EQ(rows_left(), 12U);
  EXPECT_EQ(good(ledger->retain({}, kNow, 1000)), 7U) << "six kinds and the index of days";
  EXPECT_EQ(rows_left(), 6U);
  EXPECT_EQ(good(ledger->retain({}, kNow, 1000)), 0U);
  EXPECT_TRUE(good(ledger->check()).empty());
}

TEST_F(RetainTest, WhatTheBrokerHasNotSeenStays) {
  fill(days{1000}, 1);
  fill(days{10}, 3);
  good(ledger->retain({}, kNow, 1000));
  EXPECT_EQ(rows_left(), 10U) << "only the ended command and the journal line went";
}

// A meter's clock may stand anywhere, and weeks and days are counted from 1970.
TEST_F(RetainTest, WhatTheBrokerHasNotSeenStaysThoughItIsOfBefore1970) {
  const auto before = kNow - days{25'000};
  ASSERT_LT(before, UtcTime{});
  fill(days{25'000}, 1);
  fill(days{10}, 3);
  while (good(ledger->fold(kToday, 100)).meter_days > 0) {
  }
  good(ledger->retain({}, kNow, 1000));
  const auto day = std::chrono::floor<days>(before);
  EXPECT_EQ(good(ledger->profile(m.key, 1, day, day + days{1})).size(), 48U);
  EXPECT_EQ(good(ledger->daily(m.key, 1, day, day + days{1})).size(), 1U);
  EXPECT_EQ(good(ledger->registers(m.key, 1, day, day + days{1}, 9)).size(), 1U);
  EXPECT_EQ(good(ledger->log(m.key, 1, LogId::Token, 0, 9)).size(), 2U);
}

TEST_F(RetainTest, AnIdStaysWhileItsCommandCouldComeAgain) {
  const auto at = kNow - days{1000};
  Command one = command("c1", Synchronise{});
  one.stated_expires_at = kNow + days{30};
  const auto key = std::get<Inserted>(good(ledger->insert_command(m.key, one, "d", at))).key;
  good(ledger->append_step(key, step(CommandState::Accepted, CommandState::Failed, at)));
  good(ledger->retain({}, kNow, 1000));
  EXPECT_TRUE(good(ledger->find_command(one.id)));
  good(ledger->retain({}, kNow + days{1000}, 1000));
  EXPECT_FALSE(good(ledger->find_command(one.id)));
}

TEST_F(RetainTest, ALiveCommandStaysHoweverOld) {
  fill(days{1000}, 2);
  good(ledger->retain({}, kNow, 1000));
  EXPECT_EQ(good(ledger->live_commands()).size(), 1U);
}

TEST_F(RetainTest, TheNewestEntryOfALogStays) {
  fill(days{1001}, 1);
  fill(days{1000}, 5);
  publish_all();
  good(ledger->retain({}, kNow, 1000));
  EXPECT_EQ(good(ledger->log(m.key, 1, LogId::Token, 0, 99)).size(), 1U);
}

TEST_F(RetainTest, ACallDeletesNoMoreThanItMay) {
  fill(days{1000}, 1);
  fill(days{10}, 3);
  while (good(ledger->fold(kToday, 100)).meter_days > 0) {
  }
  publish_all();
  EXPECT_EQ(good(ledger->retain({}, kNow, 2)), 2U);
  EXPECT_EQ(good(ledger->retain({}, kNow, 3)), 3U);
  EXPECT_EQ(good(ledger->retain({}, kNow, 1000)), 2U);
}

TEST_F(RetainTest, WhereNothingWasOldItLooksAgainAfterAnHourOrOnAnotherDay) {
  for (const auto later : {hours{1}, hours{24}}) {
    EXPECT_EQ(good(ledger->retain({}, kNow, 1000)), 0U);
    good(ledger->store_profile(m.key, 1, whole_day(kToday - days{1000}), kNow));
    publish_all();
    EXPECT_EQ(good(ledger->retain({}, kNow + 59min, 1000)), 0U);
    EXPECT_GT(good(ledger->retain({}, kNow + later, 1000)), 0U);
  }
}

// What may not go stands first in its order, and would be walked through at each step.
TEST_F(RetainTest, AStepGoesOnWhereTheOneBeforeEnded) {
  const auto entry = [](std::uint32_t number) {
    return LogEntry{.sequence = number, .meter_time = kToday};
  };
  const StoredMeter other = meter("m0");
  good(ledger->store_log(other.key, 1, {entry(1)}, kNow - days{2000}));
  for (std::uint32_t number = 1; number <= 5; ++number) {
    good(ledger->store_log(m.key, 1, {entry(number)}, kNow - days{1900}));
  }
  publish_all();
  EXPECT_EQ(good(ledger->retain({}, kNow, 2)), 2U);
  // No longer the newest of its log, so that it may go from now on.
  good(ledger->store_log(other.key, 1, {entry(2)}, kNow));
  publish_all();
  EXPECT_EQ(good(ledger->retain({}, kNow, 1000)), 2U);
  EXPECT_EQ(good(ledger->log(other.key, 1, LogId::Token, 0, 9)).size(), 2U);
  EXPECT_EQ(good(ledger->retain({}, kNow + 1h, 1000)), 1U);
  EXPECT_EQ(good(ledger->log(other.key, 1, LogId::Token, 0, 9)).size(), 1U);
}

TEST_F(RetainTest, ItCommitsWhatWasWrittenBefore) {
  static_cast<void>(meter("m2"));
  good(ledger->retain({}, kNow, 10));
  EXPECT_FALSE(ledger->dirty());
  reopen();
  EXPECT_EQ(good(ledger->meters()).size(), 2U);
}

}  // namespace
}  // namespace metergate::test
