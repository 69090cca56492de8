// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/support/changing_meter.hpp"

// Change of tenancy as of the virtual meter: utrn-and-premier.md 1.7, rows P-05 to P-26.
namespace metergate::virtual_meter {
namespace {

using namespace changing;

TEST(TenancyChangeTest, P16P22ConfigurationLogBeginsWithTheChange) {
  VirtualMeter meter{in_service(), kNow};
  ASSERT_TRUE(taken(give(meter, operation::SetClock{kNow, 1}, kNow)));
  ASSERT_TRUE(taken(give(meter, tenancy(std::nullopt, 2), kNow)));
  const auto& log = meter.log(LogId::Configuration);
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0].code, EventCode::TenancyChanged);
  EXPECT_EQ(log[0].sequence, 1U);
  EXPECT_EQ(log[0].detail, 2U);
  EXPECT_EQ(log[0].cause, 2U);  // the low half of the event id
  EXPECT_EQ(log[0].meter_time, kNow);
}

TEST(TenancyChangeTest, P11ToP20PurgeEmptiesWhatItNamesAndNothingElse) {
  for (std::size_t i = 0; i < kChangeActions; ++i) {
    VirtualMeter meter{in_service(), kNow};
    // Something in the logs that people and loads write to.
    meter.open_cover(kNow);
    meter.close_cover(kNow);
    const VirtualMeter before = again(meter);
    const auto action = static_cast<ChangeAction>(i);
    ASSERT_TRUE(taken(give(meter, tenancy_with(action, 1), kNow)));
    const auto wanted = purged_log(action);
    for (const LogId log : kAllLogs) {
      if (log == LogId::Configuration) continue;
      EXPECT_EQ(meter.log(log).size(), wanted == log ? 0U : before.log(log).size())
          << change_action_word(action) << ' ' << log_word(log);
    }
    EXPECT_EQ(codes(meter, LogId::Configuration).back(), EventCode::TenancyChanged);
    EXPECT_EQ(meter.log(LogId::Configuration).front().sequence, 1U);
    EXPECT_EQ(all_intervals(meter).empty(), action == ChangeAction::PurgeProfile);
    EXPECT_EQ(meter.snapshots().empty(), action == ChangeAction::PurgeSnapshots);
    EXPECT_EQ(meter.relay().state, before.relay().state);
  }
}

TEST(TenancyChangeTest, P07P08SnapshotsStandOnBothSidesAndTheEarlierOnesGo) {
  VirtualMeter meter{in_service(), kNow};
  ASSERT_EQ(causes(meter), (std::vector{BillingCause::Period}));  // 1 March
  const std::int64_t balance = meter.balance_minor();
  ASSERT_TRUE(taken(give(meter, tenancy(std::nullopt, 1), kNow)));
  EXPECT_EQ(causes(meter), (std::vector{BillingCause::BeforeTenancy, BillingCause::AfterTenancy}));
  EXPECT_EQ(meter.billing().front().sequence, 2U);
  EXPECT_EQ(meter.billing().front().balance_minor, balance);
  EXPECT_EQ(meter.billing().front().import_wh, meter.billing().back().import_wh);
  EXPECT_GT(meter.billing().front().import_wh, 0);
  const auto page =
      std::get<operation::BillingPage>(meter.perform(operation::ReadBilling{2}, kNow).value());
  EXPECT_EQ(page.snapshots, (std::vector{meter.billing().back()}));
  EXPECT_TRUE(page.complete);
}

TEST(TenancyChangeTest, P09BalanceIsResetInCreditModeOnly) {
  for (const bool prepayment : {false, true}) {
    Settings settings = in_service();
    settings.prepayment = prepayment;
    VirtualMeter meter{settings, kNow};
    const std::int64_t before = meter.balance_minor();
    ASSERT_GT(before, 0);
    ASSERT_TRUE(taken(give(meter, tenancy_with(ChangeAction::ResetBalance, 1), kNow)));
    EXPECT_EQ(meter.balance_minor(), prepayment ? before : 0);
  }
}

TEST(TenancyChangeTest, P10TariffGoesBackToDefaultAndPendingOnesAreDropped) {
  VirtualMeter meter{in_service(), kNow};
  ASSERT_TRUE(taken(give(meter, tariff(7, 1, std::nullopt, 1), kNow)));
  ASSERT_TRUE(taken(give(meter, tariff(8, 1, kMidnight, 2), kNow)));
  ASSERT_TRUE(taken(give(meter, tenancy_with(ChangeAction::DefaultTariff, 3), kNow)));
  EXPECT_EQ(meter.tariff().active, (Tariff{Tariff::kDefaultId, {1, "Supplier 1"}, 25}));
  EXPECT_TRUE(meter.tariff().pending.empty());
}

TEST(TenancyChangeTest, P12P23ProfileBeginsWithThePeriodOfTheEffectiveTime) {
  VirtualMeter meter{in_service(), kNow};
  meter.advance(kMidnight + 10h + 17min);
  // Past: at once, and what is younger is the new tenant's.
  ASSERT_TRUE(taken(give(meter, tenancy(kMidnight + 8h + 40min, 1), kMidnight + 10h + 17min)));
  const auto rows = all_intervals(meter);
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.front().start, kMidnight + 8h + 30min);
  EXPECT_EQ(rows.back().start, kMidnight + 9h + 30min);
  const ChangeFired& fired = meter.changes_fired().at(0);
  EXPECT_EQ(fired.last_purged, kMidnight + 8h);
  EXPECT_EQ(meter.purged().intervals.size(), fired.intervals_purged);
  EXPECT_EQ(meter.purged().intervals.front().start, fired.first_purged);
  meter.advance(kMidnight + 11h);
  EXPECT_EQ(all_intervals(meter).size(), rows.size() + 2U);  // the open one went on
}

TEST(TenancyChangeTest, P29DaysOfTheNewTenantAreKept) {
  VirtualMeter meter{in_service(), kNow};
  ASSERT_TRUE(taken(give(meter, tenancy(kMidnight, 1), kNow)));
  meter.advance(kMidnight + 48h);
  const auto days_kept = meter.snapshots();
  ASSERT_EQ(days_kept.size(), 3U);
  EXPECT_EQ(UtcSeconds{days_kept.front().day}, kMidnight);
}

TEST(TenancyChangeTest, P21RelayGoesWhereItIsToldAndStaysThereThroughAPowerCut) {
  for (const RelayAfter relay : {RelayAfter::Off, RelayAfter::Armed, RelayAfter::Unchanged}) {
    VirtualMeter meter{in_service(), kNow};
    ASSERT_TRUE(taken(give(meter, tenancy(std::nullopt, 1, {}, relay), kNow)));
    const SupplyState wanted = relay == RelayAfter::Off     ? SupplyState::Off
                               : relay == RelayAfter::Armed ? SupplyState::Armed
                                                            : SupplyState::On;
    EXPECT_EQ(meter.relay().state, wanted);
    EXPECT_EQ(meter.relay().causes.has(SupplyCauses::kTenancy), relay == RelayAfter::Off);
    EXPECT_EQ(meter.changes_fired().at(0).supply, wanted);
    meter.cut_power(kNow + 1s);
    meter.restore_power(kNow + 2s);
    EXPECT_EQ(meter.relay().state, wanted);
    meter.press_button(kNow + 3s);
    EXPECT_EQ(meter.relay().state, relay == RelayAfter::Off ? SupplyState::Off : SupplyState::On);
  }
}

TEST(TenancyChangeTest, P20StandingTamperHoldsTheRelayThroughAChangeThatArms) {
  VirtualMeter meter{in_service(), kNow};
  meter.open_cover(kNow);
  ASSERT_TRUE(
      taken(give(meter, tenancy(std::nullopt, 1, ChangeActions::all(), RelayAfter::Armed), kNow)));
  EXPECT_EQ(meter.relay().state, SupplyState::Off);
  EXPECT_TRUE(meter.relay().causes.has(SupplyCauses::kTamper));
  EXPECT_TRUE(meter.log(LogId::Tamper).empty());
  meter.close_cover(kNow + 1s);
  EXPECT_EQ(meter.relay().state, SupplyState::Armed);
}

TEST(TenancyChangeTest, PauseOfALimitDoesNotCloseTheRelayOfTheNextTenant) {
  Settings settings = in_service();
  settings.load_limit_w = 1'000;
  VirtualMeter meter{settings, kNow};
  meter.switch_load(PhaseWatts{2'000, 0, 0}, kNow);
  meter.advance(kNow + 70s);
  ASSERT_TRUE(meter.relay().causes.has(SupplyCauses::kOverload));
  ASSERT_TRUE(taken(give(meter, tenancy(std::nullopt, 1, {}, RelayAfter::Armed), kNow + 70s)));
  meter.advance(kNow + 10min);
  EXPECT_EQ(meter.relay().state, SupplyState::Armed);
}

TEST(TenancyChangeTest, P26DatedChangeFiresOnceAtItsSecond) {
  VirtualMeter meter{in_service(), kNow};
  ASSERT_TRUE(taken(give(meter, tenancy(kMidnight + 1s, 1), kNow)));
  EXPECT_TRUE(meter.pending_tenancy().has_value());
  EXPECT_EQ(codes(meter, LogId::Configuration).back(), EventCode::TenancyChangeReceived);
  meter.advance(kMidnight);
  EXPECT_TRUE(meter.changes_fired().empty());
  meter.advance(kMidnight + 40h);
  ASSERT_EQ(meter.changes_fired().size(), 1U);
  const ChangeFired& fired = meter.changes_fired()[0];
  EXPECT_EQ(fired.meter_time, kMidnight + 1s);
  EXPECT_EQ(fired.true_time, kMidnight + 1s);
  EXPECT_EQ(fired.transaction, 1U);
  EXPECT_EQ(meter.relay().state, SupplyState::Off);
  EXPECT_FALSE(meter.pending_tenancy().has_value());
  EXPECT_EQ(codes(meter, LogId::Configuration), (std::vector{EventCode::TenancyChanged}));
}

TEST(TenancyChangeTest, P26PowerThatIsAwayThenFiresItWhenItIsBack) {
  VirtualMeter meter{in_service(), kNow};
  ASSERT_TRUE(taken(give(meter, tenancy(kMidnight, 1), kNow)));
  meter.cut_power(kMidnight - 1h);
  meter.advance(kMidnight + 5h);
  EXPECT_TRUE(meter.changes_fired().empty());
  VirtualMeter later = again(meter);
  later.restore_power(kMidnight + 5h);
  ASSERT_EQ(later.changes_fired().size(), 1U);
  EXPECT_EQ(later.changes_fired()[0].effective, kMidnight);
  EXPECT_EQ(later.changes_fired()[0].meter_time, kMidnight + 5h);
  EXPECT_EQ(all_intervals(later).front().start, kMidnight);
  EXPECT_EQ(codes(later, LogId::Configuration), (std::vector{EventCode::TenancyChanged}));
  EXPECT_EQ(codes(later, LogId::Hardware), (std::vector{EventCode::PowerUp}));
  later.cut_power(kMidnight + 6h);
  later.restore_power(kMidnight + 7h);
  EXPECT_EQ(later.changes_fired().size(), 1U);
}

TEST(TenancyChangeTest, P05NewerRequestTakesThePlaceOfTheOneThatWaits) {
  VirtualMeter meter{in_service(), kNow};
  ASSERT_TRUE(taken(give(meter, tenancy(kMidnight, 1), kNow)));
  ASSERT_TRUE(taken(give(meter, tenancy(kMidnight + 2h, 2), kNow)));
  meter.advance(kMidnight + 1h);
  EXPECT_TRUE(meter.changes_fired().empty());
  meter.advance(kMidnight + 3h);
  ASSERT_EQ(meter.changes_fired().size(), 1U);
  EXPECT_EQ(meter.changes_fired()[0].transaction, 2U);
  ASSERT_TRUE(taken(give(meter, tenancy(kMidnight + 9h, 3), kMidnight + 3h)));
  ASSERT_TRUE(taken(give(meter, tenancy(operation::kNever, 4), kMidnight + 3h)));
  meter.advance(kMidnight + 20h);
  EXPECT_EQ(meter.changes_fired().size(), 1U);
}

TEST(TenancyChangeTest, P42StaleTransactionChangesNothing) {
  VirtualMeter meter{in_service(), kNow};
  ASSERT_TRUE(taken(give(meter, tenancy(kMidnight, 5), kNow)));
  EXPECT_EQ(why(give(meter, tenancy(std::nullopt, 5), kNow)),
            operation::MeterRefusal::StaleTransaction);
  EXPECT_TRUE(meter.changes_fired().empty());
  EXPECT_TRUE(meter.pending_tenancy().has_value());
}

TEST(TenancyChangeTest, ClockSetBeyondTheTimeFiresIt) {
  VirtualMeter meter{in_service(), kNow};
  ASSERT_TRUE(taken(give(meter, tenancy(kMidnight, 1), kNow)));
  ASSERT_TRUE(taken(give(meter, operation::SetClock{kMidnight + 1h, 2}, kNow)));
  ASSERT_EQ(meter.changes_fired().size(), 1U);
  EXPECT_EQ(meter.changes_fired()[0].true_time, kNow);
}

TEST(TenancyChangeTest, SecurityLogRegistersAndUsedCodesOutliveTheTenant) {
  VirtualMeter meter{in_service(), kNow};
  ASSERT_FALSE(taken(give(meter, operation::SetClock{kNow, 0}, kNow)));  // 0 is stale
  const auto security = meter.log(LogId::Security);
  ASSERT_FALSE(security.empty());
  ASSERT_TRUE(taken(give(meter, tenancy(std::nullopt, 1), kNow)));
  EXPECT_EQ(meter.log(LogId::Security), security);
  EXPECT_GT(meter.billing().back().import_wh, 0);
}

TEST(TenancyChangeTest, NothingPurgedIsPushedAndTheAlertIs) {
  VirtualMeter meter{in_service(), kNow};
  meter.advance(kNow + 5h);
  ASSERT_FALSE(meter.pushes(1'000).empty());
  ASSERT_TRUE(taken(give(meter, tenancy(std::nullopt, 1), kNow + 5h)));
  const Pushes pushes = meter.take_pushes();
  EXPECT_TRUE(pushes.intervals.empty());
  std::vector<EventCode> pushed;
  for (const LogEntry& entry : pushes.entries) pushed.push_back(entry.code);
  EXPECT_EQ(pushed, (std::vector{EventCode::SupplyOff, EventCode::TenancyChanged}));
  EXPECT_TRUE(meter.take_pushes().empty());
  meter.advance(kNow + 6h);
  const Pushes next = meter.take_pushes();
  ASSERT_EQ(next.intervals.size(), 2U);
  EXPECT_EQ(next.intervals.front().start, kMidnight - 9h);  // 15:00, where the change fell
}

TEST(TenancyChangeTest, WhatStaysOfALogIsNotPushedAnew) {
  VirtualMeter meter{in_service(), kNow};
  meter.cut_power(kNow + 1h);
  meter.restore_power(kNow + 2h);
  static_cast<void>(meter.take_pushes());
  ASSERT_TRUE(taken(give(meter, tenancy(kNow + 90min, 1, ChangeActions::all()), kNow + 3h)));
  EXPECT_EQ(codes(meter, LogId::Hardware), (std::vector{EventCode::PowerUp}));
  EXPECT_EQ(meter.log(LogId::Hardware).front().sequence, 1U);
  for (const LogEntry& entry : meter.take_pushes().entries) EXPECT_NE(entry.log, LogId::Hardware);
}

TEST(TenancyChangeTest, PushesGatheredBeforeTheChangeMoveNoMark) {
  VirtualMeter meter{in_service(), kNow};
  meter.cut_power(kNow + 1h);
  meter.restore_power(kNow + 2h);
  const Pushes early = meter.pushes(1'000);
  ASSERT_TRUE(taken(give(meter, tenancy(std::nullopt, 1), kNow + 2h)));
  meter.pushed(early);
  EXPECT_EQ(meter.take_pushes().entries.back().code, EventCode::TenancyChanged);
  // The hardware log counts from 1 again.
  meter.cut_power(kNow + 3h);
  meter.restore_power(kNow + 4h);
  std::vector<EventCode> pushed;
  for (const LogEntry& entry : meter.take_pushes().entries) pushed.push_back(entry.code);
  EXPECT_EQ(pushed, (std::vector{EventCode::PowerDown, EventCode::PowerUp}));
}

TEST(TenancyChangeTest, SavedStateAndDeedsMakeTheSameMeterAgain) {
  VirtualMeter meter{in_service(), kNow};
  VirtualMeter taken_up = again(meter);
  ASSERT_TRUE(taken(give(meter, tariff(7, 1, kMidnight + 1h, 1), kNow)));
  ASSERT_TRUE(taken(give(meter, supplier(kMidnight + 2h, 2), kNow)));
  ASSERT_TRUE(taken(give(meter, tenancy(kMidnight + 3h, 3), kNow)));
  ASSERT_TRUE(taken(give(meter, tariff(8, 2, std::nullopt, 4), kMidnight + 4h)));
  ASSERT_TRUE(taken(give(meter, tariff(9, 2, operation::kNever, 5), kMidnight + 4h)));
  for (const Deed& deed : meter.take_deeds()) {
    const auto read = Deed::parse(deed.text());
    ASSERT_TRUE(read) << deed.text() << ": " << read.error();
    EXPECT_EQ(read->text(), deed.text());
    ASSERT_TRUE(taken_up.redo(*read));
  }
  EXPECT_EQ(taken_up.save(), meter.save());
  VirtualMeter restored = again(meter);
  EXPECT_EQ(restored.save(), meter.save());
  EXPECT_EQ(restored.changes_fired(), meter.changes_fired());
  EXPECT_EQ(meter.changes_fired().size(), 4U);
  for (VirtualMeter* one : {&meter, &restored}) one->advance(kMidnight + 30h);
  EXPECT_EQ(restored.save(), meter.save());
}

TEST(TenancyChangeTest, MeterSavedBeforeThereWereChangesTakesThem) {
  std::ifstream in{std::string{METERGATE_SOURCE_DIR} +
                   "/tests/unit/meters/virtual/version_2.meter"};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  auto meter = VirtualMeter::restore(text);
  ASSERT_TRUE(meter) << meter.error();
  EXPECT_EQ(meter->tariff().active, (Tariff{Tariff::kDefaultId, {1, "Supplier 1"}, 25}));
  EXPECT_EQ(meter->boots(), meter->log(LogId::Hardware).back().sequence + 1);
  const UtcSeconds now = meter->meter_time() + 1h;
  ASSERT_TRUE(taken(give(*meter, tenancy(std::nullopt, 1), now)));
  EXPECT_EQ(codes(*meter, LogId::Configuration), (std::vector{EventCode::TenancyChanged}));
  EXPECT_EQ(again(*meter).save(), meter->save());
}

TEST(TenancyChangeTest, OutcomeDoesNotDependOnHowOftenOneLooks) {
  Settings settings = in_service();
  settings.clock_drift_ppm = 30;
  VirtualMeter seldom{settings, kNow};
  VirtualMeter often{settings, kNow};
  for (VirtualMeter* meter : {&seldom, &often}) {
    ASSERT_TRUE(taken(give(*meter, tenancy(kMidnight + 7min, 1), kNow)));
    ASSERT_TRUE(taken(give(*meter, tariff(7, 1, kMidnight + 9min, 2), kNow)));
  }
  for (UtcSeconds at = kNow; at < kMidnight + 2h; at += 37s) often.advance(at);
  for (VirtualMeter* meter : {&seldom, &often}) meter->advance(kMidnight + 2h);
  // What was pending when the tenancy changed was the old tenant's.
  EXPECT_EQ(seldom.changes_fired().size(), 1U);
  EXPECT_EQ(seldom.changes_fired(), often.changes_fired());
  EXPECT_EQ(seldom.save(), often.save());
}

}  // namespace
}  // namespace metergate::virtual_meter
