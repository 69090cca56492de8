// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

class OutboxTest : public LedgerTest {
 protected:
  std::vector<OutboxData> data() { return good(ledger->outbox_data(100)); }
  StoredMeter m = meter();
};

TEST_F(OutboxTest, MessagesKeepTheirOrderAcrossARestart) {
  for (const auto* topic : {"a", "b", "c"}) {
    good(ledger->enqueue({0, topic, "payload", std::string{"\0c", 2}, kNow}));
  }
  good(ledger->commit());
  reopen();
  const auto all = good(ledger->outbox_messages(0, 10));
  ASSERT_EQ(all.size(), 3U);
  EXPECT_LT(all[0].id, all[1].id);
  EXPECT_LT(all[1].id, all[2].id);
  EXPECT_EQ(all[0].topic, "a");
  EXPECT_EQ(all[2].correlation_data, (std::string{"\0c", 2}));
  EXPECT_EQ(all[2].expires_at, kNow);
  EXPECT_EQ(good(ledger->outbox_messages(all[0].id, 1)).front().topic, "b");
}

TEST_F(OutboxTest, AnIdIsNotUsedAgainAfterItsMessageIsGone) {
  good(ledger->enqueue({0, "a", "", "", std::nullopt}));
  const auto id = good(ledger->outbox_messages(0, 1)).front().id;
  good(ledger->published(id));
  good(ledger->enqueue({0, "b", "", "", std::nullopt}));
  good(ledger->published(id));
  EXPECT_EQ(good(ledger->outbox_size()).messages, 1U);
}

TEST_F(OutboxTest, ADayIsOneRowHoweverMuchItHolds) {
  for (int i = 0; i < 48; ++i) {
    good(ledger->store_profile(m.key, 1, {interval(kToday + i * 30min, i)}, kNow));
  }
  ASSERT_EQ(data().size(), 1U);
  EXPECT_EQ(data().front().from, UtcSeconds{kToday});
  EXPECT_EQ(data().front().to, UtcSeconds{kToday + 47 * 30min});
  EXPECT_EQ(data().front().kind, DataKind::Profile);
  EXPECT_EQ(data().front().day, kToday);
}

TEST_F(OutboxTest, WhatIsAddedWhileADayIsBeingPublishedIsNotLost) {
  good(ledger->store_profile(m.key, 1, {interval(kToday, 1)}, kNow));
  const auto read = data().front();
  good(ledger->store_profile(m.key, 1, {interval(kToday + 30min, 2)}, kNow));
  good(ledger->published(read));
  ASSERT_EQ(data().size(), 1U);
  EXPECT_GT(data().front().version, read.version);
  good(ledger->published(data().front()));
  EXPECT_TRUE(data().empty());
}

TEST_F(OutboxTest, AnAcknowledgementThatComesTwiceClearsNothingNewer) {
  good(ledger->store_profile(m.key, 1, {interval(kToday, 1)}, kNow));
  const auto read = data().front();
  good(ledger->published(read));
  good(ledger->store_profile(m.key, 1, {interval(kToday + 30min, 2)}, kNow));
  good(ledger->published(read));
  EXPECT_EQ(data().size(), 1U);
}

TEST_F(OutboxTest, OfAPublishedDayOnlyWhatIsNewIsTold) {
  good(ledger->store_profile(m.key, 1, {interval(kToday, 1)}, kNow));
  good(ledger->published(data().front()));
  EXPECT_EQ(good(ledger->outbox_size()).data_days, 0U);
  good(ledger->store_profile(m.key, 1, {interval(kToday + 30min, 2)}, kNow));
  ASSERT_EQ(data().size(), 1U);
  EXPECT_EQ(data().front().from, UtcSeconds{kToday + 30min});
  EXPECT_EQ(data().front().to, UtcSeconds{kToday + 30min});
}

TEST_F(OutboxTest, WhatWasPublishedIsNotToldAgainAfterAnOrderlyRestart) {
  good(ledger->store_profile(m.key, 1, {interval(kToday, 1)}, kNow));
  good(ledger->commit());
  good(ledger->published(data().front()));
  reopen();
  EXPECT_TRUE(data().empty());
  EXPECT_EQ(good(ledger->outbox_size()).data_days, 0U);
}

TEST_F(OutboxTest, APublicationWritesNothingUntilManyAreDue) {
  good(ledger->store_profile(m.key, 1, {interval(kToday, 1)}, kNow));
  good(ledger->commit());
  good(ledger->published(data().front()));
  EXPECT_FALSE(ledger->dirty());
}

TEST_F(OutboxTest, APublishedRowIsNotCounted) {
  good(ledger->store_profile(m.key, 1, {interval(kToday, 1)}, kNow));
  good(ledger->store_daily(m.key, 1, {{kToday, {{kImport, 1, {}}}}}, kNow));
  good(ledger->published(data().front()));
  EXPECT_EQ(data().size(), 1U);
  EXPECT_EQ(good(ledger->outbox_size()).data_days, 1U);
}

TEST_F(OutboxTest, TheNewestDayGoesFirst) {
  for (const int back : {5, 0, 9}) {
    good(ledger->store_daily(m.key, 1, {{kToday - days{back}, {{kImport, back, {}}}}}, kNow));
  }
  const auto rows = data();
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].day, kToday);
  EXPECT_EQ(rows[2].day, kToday - days{9});
  EXPECT_EQ(good(ledger->outbox_data(1)).size(), 1U);
}

TEST_F(OutboxTest, KindsOfDataHaveRowsOfTheirOwn) {
  good(ledger->store_profile(m.key, 1, {interval(kToday, 1)}, kNow));
  good(ledger->store_daily(m.key, 1, {{kToday, {{kImport, 1, {}}}}}, kNow));
  good(ledger->store_registers(m.key, 1, {kNow, {{kImport, {1, 0}, Unit::Wh}}}));
  good(ledger->store_log(m.key, 1, {LogEntry{.sequence = 1, .meter_time = kToday}}, kNow));
  good(ledger->enqueue({0, "t", "p", "", std::nullopt}));
  EXPECT_EQ(good(ledger->outbox_size()).data_days, 4U);
  EXPECT_EQ(good(ledger->outbox_size()).messages, 1U);
  for (const auto& row : data()) {
    if (row.kind != DataKind::Log) continue;
    EXPECT_EQ(good(ledger->log_between(row.meter, row.epoch, row.from, row.to)).size(), 1U);
  }
}

}  // namespace
}  // namespace metergate::test
