// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

class ReadingsTest : public LedgerTest {
 protected:
  static RegisterReading reading(UtcTime at, std::int64_t energy) {
    return {at,
            {{*cosem::ObisCode::parse("1-0:1.8.0"), {energy, 0}, Unit::Wh},
             {*cosem::ObisCode::parse("1-0:32.7.0"), {2304, -1}, Unit::V}}};
  }
  static LogEntry entry(LogId log, std::uint32_t sequence, UtcSeconds at) {
    return {.log = log,
            .sequence = sequence,
            .meter_time = at,
            .code = EventCode::SupplyOff,
            .raw_code = 0x8001,
            .cause = 3,
            .detail = 4'000'000'000};
  }
  static UtcSeconds second(UtcTime time) { return std::chrono::floor<seconds>(time); }
  StoredMeter m = meter();
};

TEST_F(ReadingsTest, RegistersComeBackExactly) {
  for (int i = 0; i < 5; ++i) {
    good(ledger->store_registers(m.key, 1, reading(kNow + i * 1min + 17ms, i)));
  }
  good(ledger->commit());
  reopen();
  const auto some = good(ledger->registers(m.key, 1, second(kNow + 1min), second(kNow + 3min), 10));
  ASSERT_EQ(some.size(), 2U);
  EXPECT_EQ(some[0].read_at, kNow + 1min + 17ms);
  EXPECT_EQ(some[0].values, reading(kNow, 1).values);
  EXPECT_EQ(good(ledger->registers(m.key, 1, kToday, kToday + 24h, 3)).size(), 3U);
  EXPECT_TRUE(good(ledger->registers(m.key, 2, kToday, kToday + 24h, 3)).empty());
}

TEST_F(ReadingsTest, TheSameReadingTwiceIsOne) {
  good(ledger->store_registers(m.key, 1, reading(kNow, 1)));
  for (const auto& data : good(ledger->outbox_data(10))) good(ledger->published(data));
  good(ledger->store_registers(m.key, 1, reading(kNow, 1)));
  EXPECT_EQ(good(ledger->registers(m.key, 1, kToday, kToday + 24h, 10)).size(), 1U);
  EXPECT_EQ(good(ledger->outbox_size()).data_days, 0U);
}

// A DLMS meter with two push setups on one tick; both are stamped with the same second.
TEST_F(ReadingsTest, TwoMessagesOfOneMomentAreOneReading) {
  good(ledger->store_registers(m.key, 1, reading(kNow, 1)));
  for (const auto& data : good(ledger->outbox_data(10))) good(ledger->published(data));
  RegisterReading more{kNow, {{*cosem::ObisCode::parse("1-0:31.7.0"), {5, 0}, Unit::A}}};
  more.values.push_back(reading(kNow, 9).values.front());
  good(ledger->store_registers(m.key, 1, more));
  const auto stored = good(ledger->registers(m.key, 1, kToday, kToday + 24h, 10));
  ASSERT_EQ(stored.size(), 1U);
  ASSERT_EQ(stored[0].values.size(), 3U);
  EXPECT_EQ(stored[0].values[0], reading(kNow, 1).values[0]) << "what was said first stays";
  EXPECT_EQ(stored[0].values[2], more.values[0]);
  EXPECT_EQ(good(ledger->outbox_size()).data_days, 1U) << "it is told";
}

TEST_F(ReadingsTest, TheLastReadingIsFoundHoweverLongAgo) {
  EXPECT_FALSE(good(ledger->last_registers(m.key, 1)));
  const auto other = meter("m2");
  good(ledger->store_registers(m.key, 1, reading(kNow - 40 * 24h, 1)));
  good(ledger->store_registers(m.key, 1, reading(kNow - 40 * 24h + 1h, 2)));
  for (int i = 39; i >= 0; i -= 3) {
    good(ledger->store_registers(other.key, 1, reading(kNow - i * 24h, i)));
  }
  const auto last = good(ledger->last_registers(m.key, 1));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->read_at, kNow - 40 * 24h + 1h);
  EXPECT_EQ(last->values, reading(kNow, 2).values);
}

TEST_F(ReadingsTest, DailyValuesAreKeyedByDayAndChannel) {
  const std::vector<DailySnapshot> three{
      {kToday - days{2}, {{kImport, 10, {}}, {kExport, 1, {}}}},
      {kToday - days{1}, {{kImport, 20, {IntervalMarks::kEstimated}}}},
      {kToday, {{kImport, 30, {}}}}};
  EXPECT_EQ(good(ledger->store_daily(m.key, 1, three, kNow)), 3U);
  EXPECT_EQ(good(ledger->store_daily(m.key, 1, three, kNow)), 0U);
  EXPECT_EQ(good(ledger->daily(m.key, 1, kToday - days{2}, kToday + days{1})), three);
  EXPECT_EQ(good(ledger->daily(m.key, 1, kToday - days{1}, kToday)).size(), 1U);
  EXPECT_EQ(good(ledger->store_daily(m.key, 1, {{kToday - days{1}, {{kImport, 21, {}}}}}, kNow)),
            1U);
  EXPECT_EQ(good(ledger->daily(m.key, 1, kToday - days{1}, kToday)).front().values.front().value,
            21);
}

TEST_F(ReadingsTest, LogEntriesAreStoredOnceAndOnlyTheNewAreReturned) {
  const UtcSeconds at = kToday;
  const auto first = entry(LogId::Supply, 1, at);
  const auto second_entry = entry(LogId::Supply, 2, at + 5s);
  EXPECT_EQ(good(ledger->store_log(m.key, 1, {first}, kNow)), std::vector{first});
  EXPECT_EQ(good(ledger->store_log(m.key, 1, {first, second_entry}, kNow)),
            std::vector{second_entry});
  EXPECT_EQ(good(ledger->log(m.key, 1, LogId::Supply, 1, 10)), std::vector{second_entry});
  EXPECT_EQ(good(ledger->log(m.key, 1, LogId::Supply, 0, 1)), std::vector{first});
}

TEST_F(ReadingsTest, HowFarALogWasReadIsKeptApartFromWhatWasPushed) {
  good(ledger->store_log(m.key, 1, {entry(LogId::Supply, 9, kToday)}, kNow));
  EXPECT_EQ(good(ledger->log_position(m.key, 1, LogId::Supply)), 0U);
  good(ledger->set_log_position(m.key, 1, LogId::Supply, 7));
  EXPECT_EQ(good(ledger->log_position(m.key, 1, LogId::Supply)), 7U);
  EXPECT_EQ(good(ledger->log_position(m.key, 1, LogId::Tamper)), 0U);
  EXPECT_EQ(good(ledger->log_position(m.key, 2, LogId::Supply)), 0U);
}

TEST_F(ReadingsTest, LogsOfAStretchOfTimeComeTogether) {
  const UtcSeconds at = kToday;
  good(ledger->store_log(m.key, 1,
                         {entry(LogId::Tamper, 7, at + 2s), entry(LogId::Supply, 1, at),
                          entry(LogId::Supply, 2, at + 9s)},
                         kNow));
  const auto some = good(ledger->log_between(m.key, 1, at, at + 2s));
  ASSERT_EQ(some.size(), 2U);
  EXPECT_EQ(some[0].log, LogId::Supply);
  EXPECT_EQ(some[1].log, LogId::Tamper);
}

TEST_F(ReadingsTest, CursorsAndHolesComeBack) {
  EXPECT_FALSE(good(ledger->profile_covered_to(m.key, 1)));
  EXPECT_FALSE(good(ledger->daily_covered_to(m.key, 1)));
  good(ledger->set_profile_covered_to(m.key, 1, kToday + 30min));
  good(ledger->set_daily_covered_to(m.key, 1, kToday));
  good(ledger->set_profile_covered_to(m.key, 1, kToday + 60min));
  const std::vector<Hole> holes{{{kToday - 2h, kToday - 1h}, 2, kNow + 1h},
                                {{kToday, kToday + 30min}, 0, kNow}};
  good(ledger->set_holes(m.key, 1, {{{kToday - 9h, kToday - 8h}, 1, kNow}}));
  good(ledger->set_holes(m.key, 1, holes));
  good(ledger->set_holes(m.key, 1, holes));
  good(ledger->commit());
  reopen();
  EXPECT_EQ(good(ledger->profile_covered_to(m.key, 1)), UtcSeconds{kToday + 60min});
  EXPECT_EQ(good(ledger->daily_covered_to(m.key, 1)), kToday);
  const auto back = good(ledger->holes(m.key, 1));
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].range, holes[0].range);
  EXPECT_EQ(back[0].tries, 2U);
  EXPECT_EQ(back[0].next_try, kNow + 1h);
  EXPECT_FALSE(ledger->set_holes(m.key, 2, holes)) << "there is no such tenancy";
}

}  // namespace
}  // namespace metergate::test
