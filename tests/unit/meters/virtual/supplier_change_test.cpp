// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>

#include "tests/support/changing_meter.hpp"

// Change of supplier and tariffs as of the virtual meter: utrn-and-premier.md 1.6, rows P-01 to
// P-04.
namespace metergate::virtual_meter {
namespace {

using namespace changing;

TEST(SupplierChangeTest, P01P02P03DropsTariffsOfOthersAndRenamesTheActiveOne) {
  VirtualMeter meter{in_service(), kNow};
  ASSERT_TRUE(taken(give(meter, tariff(7, 1, std::nullopt, 1), kNow)));
  ASSERT_TRUE(taken(give(meter, tariff(8, 1, kMidnight, 2), kNow)));
  ASSERT_TRUE(taken(give(meter, tariff(9, 2, kMidnight + 1h, 3), kNow)));
  ASSERT_TRUE(taken(give(meter, supplier(std::nullopt, 4), kNow)));
  const TariffReading now = meter.tariff();
  EXPECT_EQ(now.active, (Tariff{7, {2, "South Power"}, 40}));
  ASSERT_EQ(now.pending.size(), 1U);
  EXPECT_EQ(now.pending[0].tariff.id, 9U);
  const auto& log = meter.log(LogId::Configuration);
  ASSERT_GE(log.size(), 3U);
  EXPECT_EQ(log[log.size() - 3].code, EventCode::SupplierChangeReceived);
  EXPECT_EQ(log[log.size() - 2].code, EventCode::SupplierChanged);
  EXPECT_EQ(log[log.size() - 2].detail, 4U);
  EXPECT_EQ(log[log.size() - 2].cause, 704U);
  EXPECT_EQ(log.back().code, EventCode::TariffCancelled);
  EXPECT_EQ(log.back().detail, 8U);
  EXPECT_EQ(causes(meter),
            (std::vector{BillingCause::Period, BillingCause::TariffChange,
                         BillingCause::BeforeSupplier, BillingCause::AfterSupplier}));
  EXPECT_EQ(meter.billing()[2].supplier_id, 1U);
  EXPECT_EQ(meter.billing()[3].supplier_id, 2U);
  EXPECT_EQ(meter.relay().state, SupplyState::On);
}

TEST(SupplierChangeTest, DatedOneFiresOnceAndANewerOneReplacesIt) {
  VirtualMeter meter{in_service(), kNow};
  ASSERT_TRUE(taken(give(meter, supplier(kMidnight, 1), kNow)));
  ASSERT_TRUE(taken(give(meter, supplier(kMidnight + 1h, 2), kNow)));
  meter.cut_power(kMidnight - 1h);
  VirtualMeter later = again(meter);
  later.restore_power(kMidnight + 6h);
  later.advance(kMidnight + 30h);
  ASSERT_EQ(later.changes_fired().size(), 1U);
  EXPECT_EQ(later.changes_fired()[0].kind, ChangeFired::Kind::Supplier);
  EXPECT_EQ(later.changes_fired()[0].transaction, 2U);
}

TEST(SupplierChangeTest, PurgesNothingAndSaysSo) {
  VirtualMeter meter{in_service(), kNow};
  auto order = supplier(std::nullopt, 1);
  order.actions.add(ChangeAction::PurgeProfile);
  EXPECT_EQ(why(give(meter, order, kNow)), operation::MeterRefusal::OutOfRange);
  order = supplier(std::nullopt, 2);
  order.supplier.name = " South";
  EXPECT_EQ(why(give(meter, order, kNow)), operation::MeterRefusal::OutOfRange);
  EXPECT_TRUE(meter.changes_fired().empty());
}

TEST(SupplierChangeTest, RelayMovesAsAskedAndIsHeldByTheHeadEnd) {
  VirtualMeter meter{in_service(), kNow};
  auto order = supplier(std::nullopt, 1);
  order.relay = RelayAfter::Off;
  ASSERT_TRUE(taken(give(meter, order, kNow)));
  EXPECT_EQ(meter.relay().causes, SupplyCauses{SupplyCauses::kRemote});
}

TEST(SupplierChangeTest, P04EverythingIsPushedOnceMoreInPagesAndNewsGoFirst) {
  VirtualMeter meter{in_service(), kNow};
  EXPECT_TRUE(meter.take_pushes().empty());
  ASSERT_TRUE(taken(give(meter, supplier(std::nullopt, 1), kNow)));
  const Pushes news = meter.pushes(96);
  EXPECT_FALSE(news.repeated);
  ASSERT_EQ(news.entries.size(), 2U);
  EXPECT_EQ(news.entries.back().code, EventCode::SupplierChanged);
  meter.pushed(news);

  std::set<UtcSeconds> intervals;
  std::set<std::chrono::sys_days> days_seen;
  std::size_t entries = 0;
  for (int page = 0;; ++page) {
    ASSERT_LT(page, 100);
    const Pushes one = meter.pushes(96);
    if (one.empty()) break;
    EXPECT_TRUE(one.repeated);
    EXPECT_LE(one.intervals.size(), 96U);
    EXPECT_LE(one.entries.size(), 96U);
    if (page % 3 == 0) continue;  // the connection breaks: the same comes again
    for (const auto& row : one.intervals) EXPECT_TRUE(intervals.insert(row.start).second);
    for (const auto& row : one.daily) EXPECT_TRUE(days_seen.insert(row.day).second);
    entries += one.entries.size();
    meter.pushed(one);
    if (page % 4 == 1) meter = again(meter);
  }
  EXPECT_EQ(intervals.size(), all_intervals(meter).size());
  EXPECT_EQ(days_seen.size(), meter.snapshots().size());
  std::size_t all = 0;
  for (const LogId log : kAllLogs) all += meter.log(log).size();
  EXPECT_EQ(entries, all);
}

TEST(SupplierChangeTest, ChangeOfTenancyDuringThePushCutsWhatItPurged) {
  VirtualMeter meter{in_service(), kNow};
  ASSERT_TRUE(taken(give(meter, supplier(std::nullopt, 1), kNow)));
  meter.pushed(meter.pushes(96));
  meter.pushed(meter.pushes(96));
  ASSERT_TRUE(taken(give(meter, tenancy(std::nullopt, 2), kNow)));
  for (int page = 0; page < 10; ++page) {
    const Pushes one = meter.pushes(96);
    EXPECT_TRUE(one.intervals.empty());
    for (const LogEntry& entry : one.entries) EXPECT_LE(entry.sequence, 1U);
    meter.pushed(one);
  }
  EXPECT_TRUE(meter.pushes(96).empty());
}

TEST(TariffTest, TakesEffectInTheAccountWhenItsTimeComes) {
  VirtualMeter meter{in_service(), kNow};
  meter.switch_load(PhaseWatts{3'600, 0, 0}, kNow);
  ASSERT_TRUE(taken(give(meter, tariff(7, 1, kMidnight, 1), kNow)));
  meter.advance(kMidnight - 1h);
  const std::int64_t before = meter.balance_minor();
  meter.advance(kMidnight);
  const std::int64_t at = meter.balance_minor();
  meter.advance(kMidnight + 1h);
  EXPECT_EQ(before - at, 90);                  // 3.6 kWh at 25
  EXPECT_EQ(at - meter.balance_minor(), 144);  // at 40
  EXPECT_EQ(codes(meter, LogId::Configuration),
            (std::vector{EventCode::TariffReceived, EventCode::TariffActivated}));
  EXPECT_EQ(meter.log(LogId::Configuration).back().detail, 7U);
  EXPECT_EQ(meter.billing().back().cause, BillingCause::TariffChange);
  EXPECT_EQ(meter.billing().back().tariff_id, Tariff::kDefaultId);
  VirtualMeter restored = again(meter);
  for (VirtualMeter* one : {&meter, &restored}) one->advance(kMidnight + 2h);
  EXPECT_EQ(restored.balance_minor(), meter.balance_minor());
}

TEST(TariffTest, FourMayWaitAndTheSameIdTakesItsOwnPlace) {
  VirtualMeter meter{in_service(), kNow};
  for (std::uint32_t id = 1; id <= 4; ++id) {
    ASSERT_TRUE(taken(give(meter, tariff(id, 1, kMidnight + id * 1h, id), kNow)));
  }
  EXPECT_EQ(why(give(meter, tariff(5, 1, kMidnight, 5), kNow)),
            operation::MeterRefusal::NotPermitted);
  EXPECT_TRUE(taken(give(meter, tariff(4, 1, kMidnight, 6), kNow)));
  const auto reading =
      std::get<TariffReading>(meter.perform(operation::ReadTariff{}, kNow).value());
  ASSERT_EQ(reading.pending.size(), 4U);
  EXPECT_EQ(reading.pending.front().tariff.id, 4U);
  EXPECT_TRUE(taken(give(meter, tariff(4, 1, operation::kNever, 7), kNow)));
  EXPECT_EQ(meter.tariff().pending.size(), 3U);
  EXPECT_EQ(codes(meter, LogId::Configuration).back(), EventCode::TariffCancelled);
}

TEST(TariffTest, RefusesWhatNoTariffCanBe) {
  VirtualMeter meter{in_service(), kNow};
  EXPECT_EQ(why(give(meter, tariff(0, 1, std::nullopt, 1), kNow)),
            operation::MeterRefusal::OutOfRange);
  auto dear = tariff(1, 1, std::nullopt, 2);
  dear.tariff.price_minor_per_kwh = 100'001;
  EXPECT_EQ(why(give(meter, dear, kNow)), operation::MeterRefusal::OutOfRange);
  EXPECT_EQ(meter.tariff().active.id, Tariff::kDefaultId);
}

}  // namespace
}  // namespace metergate::virtual_meter
