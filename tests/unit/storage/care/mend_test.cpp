// SPDX-License-Identifier: Apache-2.0
#include "storage/care/mend.hpp"

#include <gmock/gmock.h>

#include <span>

#include "storage/sqlite/database.hpp"
#include "storage/tenancy_record.hpp"
#include "storage/token_issue.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A ledger of which single rows are gone, as a repair finds it when it has copied the others.
class MendTest : public LedgerTest {
 protected:
  using Mender = Stored<Done> (*)(const care::MendWith&);

  void mend(Mender mender, std::string_view lost_of, const std::string& rows_go) {
    good(ledger->commit());
    ledger.reset();
    salvage::Copied copied;
    copied.tables.push_back({.name = std::string{lost_of}, .rows_lost = 1});
    copied.channels = named_channels;
    {
      auto db = good(sqlite::Database::open(file, sqlite::Access::ReadWrite));
      good(db.script("PRAGMA foreign_keys = OFF; " + rows_go));
      good(mender({.db = db, .copied = copied, .now = kNow, .told = told}));
    }
    open();
  }
  static std::string day_number(int before) {
    return std::to_string((kToday - days{before}).time_since_epoch().count());
  }
  void store_ten_days() {
    for (int before = 9; before >= 0; --before) {
      good(ledger->store_daily(m.key, 1, {{kToday - days{before}, {{kImport, before, {}}}}}, kNow));
    }
    good(ledger->set_daily_covered_to(m.key, 1, kToday + days{1}));
  }
  void store_ten_entries() {
    for (std::uint32_t number = 1; number <= 10; ++number) {
      good(ledger->store_log(
          m.key, 1, {{.log = LogId::Supply, .sequence = number, .meter_time = UtcSeconds{kToday}}},
          kNow));
    }
    good(ledger->set_log_position(m.key, 1, LogId::Supply, 10));
  }
  TokenIssue issue(std::string_view id) const {
    TokenIssue made{.id = *CommandId::parse(id)};
    made.meter = m.key;
    made.issued_at = kNow;
    made.tokens.push_back({1, *TokenDigits::parse("12345678901234567890"), {}, {}, {}});
    return made;
  }

  /// Two days of half-hours, told of up to their end.
  void store_two_days() {
    for (const auto day : {kToday - days{2}, kToday - days{1}}) {
      good(ledger->store_profile(m.key, 1, whole_day(day), kNow));
    }
    good(ledger->set_profile_covered_to(m.key, 1, kToday));
  }
  std::vector<IntervalRange> holes() {
    std::vector<IntervalRange> out;
    for (const Hole& hole : good(ledger->holes(m.key, 1))) out.push_back(hole.range);
    return out;
  }

  StoredMeter m = meter();
  std::map<std::int64_t, std::string> named_channels;
  std::vector<std::string> told;
};

TEST_F(MendTest, DailyValuesAreAskedForAgainFromTheFirstLostDayOn) {
  store_ten_days();
  mend(care::mend_collection, "daily", "DELETE FROM daily WHERE day = " + day_number(4));
  EXPECT_EQ(good(ledger->daily_covered_to(m.key, 1)), kToday - days{4});
  EXPECT_THAT(told, Contains("meter m1: daily values are asked for again from 2026-03-06 on"));
}

TEST_F(MendTest, DailyValuesThatLackAtTheEndAreAskedForAgainToo) {
  store_ten_days();
  mend(care::mend_collection, "daily", "DELETE FROM daily WHERE day >= " + day_number(1));
  EXPECT_EQ(good(ledger->daily_covered_to(m.key, 1)), kToday - days{1});
}

TEST_F(MendTest, WhoseDailyValuesAreWholeIsNotAskedAgain) {
  store_ten_days();
  mend(care::mend_collection, "daily", "DELETE FROM daily WHERE meter <> 1");
  EXPECT_EQ(good(ledger->daily_covered_to(m.key, 1)), kToday + days{1});
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(MendTest, ALogIsAskedForAgainAfterTheLastEntryBeforeTheGap) {
  store_ten_entries();
  mend(care::mend_collection, "log_entry", "DELETE FROM log_entry WHERE sequence IN (5, 8)");
  EXPECT_EQ(good(ledger->log_position(m.key, 1, LogId::Supply)), 4U);
  EXPECT_THAT(told, Contains("meter m1: its log supply is asked for again after entry 4"));
}

TEST_F(MendTest, ALogThatLostItsEndIsAskedForAgainFromThere) {
  store_ten_entries();
  mend(care::mend_collection, "log_entry", "DELETE FROM log_entry WHERE sequence > 7");
  EXPECT_EQ(good(ledger->log_position(m.key, 1, LogId::Supply)), 7U);
}

TEST_F(MendTest, ALogThatIsLostWhollyIsAskedForAgainFromItsBegin) {
  store_ten_entries();
  mend(care::mend_collection, "log_entry", "DELETE FROM log_entry");
  EXPECT_EQ(good(ledger->log_position(m.key, 1, LogId::Supply)), 0U);
  EXPECT_THAT(told, ElementsAre("meter m1: its log supply is asked for again after entry 0"));
}

TEST_F(MendTest, DailyValuesThatAreLostWhollyAreAskedForAgain) {
  store_ten_days();
  mend(care::mend_collection, "daily", "DELETE FROM daily");
  EXPECT_EQ(good(ledger->daily_covered_to(m.key, 1)), sys_days{});
}

TEST_F(MendTest, DailyValuesOfATenancyThatHasNoneYetAreNot) {
  TenancyBegin begin;
  begin.effective = begin.first_interval = UtcSeconds{kToday + 10h};
  begin.first_day = kToday + days{1};
  good(ledger->open_tenancy(m.key, begin, kNow));
  mend(care::mend_collection, "daily", "DELETE FROM daily");
  EXPECT_EQ(good(ledger->daily_covered_to(m.key, 2)), kToday + days{1});
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(MendTest, HolesOfALoadProfileAreAskedForAgain) {
  store_two_days();
  const UtcSeconds lost = kToday - days{1} + 6h;
  mend(care::mend_collection, "profile_hot_1",
       "DELETE FROM profile_hot_0 WHERE start_s = " +
           std::to_string(lost.time_since_epoch().count()) +
           "; DELETE FROM profile_hot_1 WHERE start_s = " +
           std::to_string(lost.time_since_epoch().count()));
  EXPECT_EQ(holes(), (std::vector<IntervalRange>{{lost, lost + 30min}}));
}

TEST_F(MendTest, AClockThatWasSetLeavesNoHoles) {
  store_two_days();
  good(ledger->store_profile(m.key, 1, {interval(kToday - days{2} + 7min, 3)}, kNow));
  mend(care::mend_collection, "hole", "");
  EXPECT_THAT(holes(), IsEmpty());
}

TEST_F(MendTest, NorDoesACapturePeriodThatWasChanged) {
  store_two_days();
  for (int i = 0; i < 24; ++i) {
    good(ledger->store_profile(m.key, 1, {interval(kToday + i * 15min, 3)}, kNow));
  }
  good(ledger->set_profile_covered_to(m.key, 1, kToday + 6h));
  mend(care::mend_collection, "hole", "");
  EXPECT_THAT(holes(), IsEmpty());
}

TEST_F(MendTest, ChannelsGetBackTheNamesThatAnIndexStillKnows) {
  good(ledger->store_profile(m.key, 1, {interval(kToday, 17)}, kNow));
  named_channels = {{1, "1-0:1.29.0*255"}};
  mend(care::mend_meters, "channel", "DELETE FROM channel");
  const auto back = good(ledger->profile(m.key, 1, kToday, kToday + days{1}));
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back[0].values.front().channel, kImport);
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(MendTest, AChannelWhoseNameIsLostForEverKeepsItsValuesUnderANameOfItsOwn) {
  good(ledger->store_profile(m.key, 1, {interval(kToday - days{3}, 17)}, kNow));
  good(ledger->commit());
  while (good(ledger->fold(kToday, 1000)).meter_days > 0) {
  }
  good(ledger->store_registers(m.key, 1, {kNow, {{kExport, {3, 0}, Unit::Wh}}}));
  mend(care::mend_meters, "channel", "DELETE FROM channel");
  EXPECT_THAT(told, Contains("the name of a register is lost; its values stand under "
                             "0-0:199.0.1*255"));
  EXPECT_THAT(told, Contains(HasSubstr("0-0:199.0.2*255")));
  const auto back = good(ledger->profile(m.key, 1, kToday - days{3}, kToday));
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back[0].values.front().value, 17);
}

TEST_F(MendTest, DaysWithReadingsAreKnownAgainByTheReadings) {
  for (const auto at : {kNow, kNow - days{25'000}}) {
    good(ledger->store_registers(m.key, 1, {at, {{kImport, {3, 0}, Unit::Wh}}}));
  }
  mend(care::mend_meters, "register_day", "DELETE FROM register_day");
  EXPECT_EQ(good(ledger->last_registers(m.key, 1))->read_at, kNow);
  good(ledger->open_tenancy(m.key, {}, kNow));
  good(ledger->erase_tenancy(m.key, 1, kNow));
  EXPECT_THAT(good(ledger->registers(m.key, 1, kToday - days{30'000}, kToday + days{1}, 9)),
              IsEmpty());
}

TEST_F(MendTest, DataWhoseTenancyIsLostIsSealedAndTheNewestIsOpen) {
  store_ten_days();
  good(ledger->open_tenancy(m.key, {}, kNow));
  good(ledger->store_daily(m.key, 2, {{kToday, {{kImport, 1, {}}}}}, kNow));
  mend(care::mend_meters, "tenancy", "DELETE FROM tenancy");
  EXPECT_THAT(told, ElementsAre("meter m1: when its tenancy 1 began is lost; it is sealed now",
                                "meter m1: when its tenancy 2 began is lost; it is open now"));
  const auto all = good(ledger->tenancies(m.key));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0].sealed());
  EXPECT_FALSE(all[1].sealed());
}

TEST_F(MendTest, AfterATenancyThatEndedAnotherBeginsThoughItsRecordIsLost) {
  good(ledger->open_tenancy(m.key, {}, kNow));
  mend(care::mend_meters, "tenancy", "DELETE FROM tenancy WHERE epoch = 2");
  const auto all = good(ledger->tenancies(m.key));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0].sealed());
  EXPECT_FALSE(all[1].sealed());
}

TEST_F(MendTest, ATenancyWhoseBeginIsLostBeginsNow) {
  good(ledger->open_tenancy(m.key, {}, kNow - days{9}));
  good(ledger->store_daily(m.key, 2, {{kToday, {{kImport, 1, {}}}}}, kNow));
  mend(care::mend_meters, "tenancy", "DELETE FROM tenancy; DELETE FROM cursor");
  const auto all = good(ledger->tenancies(m.key));
  ASSERT_EQ(all.size(), 1U) << "nothing is left of the first";
  EXPECT_EQ(all[0].epoch, 2);
  EXPECT_EQ(all[0].effective, std::chrono::floor<seconds>(kNow));
}

TEST_F(MendTest, ATenancysBeginIsWhereItsCollectionBegan) {
  TenancyBegin begin;
  begin.effective = begin.first_interval = UtcSeconds{kToday - days{9}};
  begin.first_day = kToday - days{9};
  good(ledger->open_tenancy(m.key, begin, kNow - days{9}));
  mend(care::mend_meters, "tenancy", "DELETE FROM tenancy");
  EXPECT_EQ(good(ledger->tenancies(m.key)).back().effective, begin.first_interval);
}

// One damaged number must not give a tenant the data, or the name, of another.
TEST_F(MendTest, DataFarBeyondTheLastTenancyIsSealedAndANewOneBegins) {
  good(ledger->open_tenancy(m.key, {}, kNow - days{9}));
  good(ledger->store_daily(m.key, 2, {{kToday, {{kImport, 1, {}}}}}, kNow));
  mend(care::mend_meters, "daily", "UPDATE daily SET epoch = 66");
  const auto all = good(ledger->tenancies(m.key));
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[3].epoch, 67);
  EXPECT_EQ(all[3].effective, std::chrono::floor<seconds>(kNow));
  EXPECT_FALSE(all[3].sealed());
  for (const auto& one : std::span{all}.first(3)) EXPECT_TRUE(one.sealed()) << one.epoch;
  EXPECT_THAT(told, Contains("meter m1: tenancy 2 was open beside a later one; it is sealed now"));
}

TEST_F(MendTest, AnIssueOfTokensWithoutDigitsAndDigitsWithoutAnIssueAreNamed) {
  good(ledger->insert_token_issue(issue("t1")));
  const auto second = good(ledger->insert_token_issue(issue("t2")));
  good(ledger->add_handover(second, {kNow, HandChannel::Print, "anna", "c1"}));
  mend(care::mend_commands, "meter_sts",
       "DELETE FROM issued_token WHERE issue = (SELECT key FROM token_issue WHERE id = 't1');"
       "DELETE FROM token_issue WHERE id = 't2';");
  EXPECT_THAT(told, Contains("issue t1 of meter m1: the digits of its tokens are lost"));
  EXPECT_THAT(told, Contains("1 issues of tokens are lost, though not their digits: they stay in "
                             "the broken file"));
  EXPECT_THAT(told, Contains(HasSubstr("what its decoder key is made of is lost")));
  EXPECT_THAT(good(ledger->handovers(second)), IsEmpty());
}

TEST_F(MendTest, ACommandWhoseStepsLackStandsAtItsNewest) {
  const CommandKey key = insert(m.key, command("c1", SetRelay{}));
  good(ledger->append_step(key, step(CommandState::Accepted, CommandState::Scheduled)));
  good(ledger->append_step(key, step(CommandState::Scheduled, CommandState::Sending)));
  mend(care::mend_commands, "command_step", "DELETE FROM command_step WHERE number = 2");
  EXPECT_THAT(told, Contains(HasSubstr("command c1 of meter m1: 1 of its first 3 steps are lost; "
                                       "it stands at `sending`")));
  mend(care::mend_commands, "command_step", "DELETE FROM command_step WHERE number = 3");
  EXPECT_THAT(told, Contains(HasSubstr("it stands at `sending`")));
}

TEST_F(MendTest, ACommandsRowThatIsOlderThanItsLastStepFollowsTheStep) {
  const CommandKey key = insert(m.key, command("c1", SetRelay{}));
  good(ledger->append_step(key, step(CommandState::Accepted, CommandState::Scheduled)));
  mend(care::mend_commands, "command", "UPDATE command SET state = 'accepted'");
  EXPECT_THAT(told, Contains("command c1 of meter m1: its own row is older than its last step; it "
                             "stands at `scheduled` now"));
  EXPECT_EQ(good(ledger->find_command(*CommandId::parse("c1")))->state, CommandState::Scheduled);
}

}  // namespace
}  // namespace metergate::test
