// SPDX-License-Identifier: Apache-2.0
#include "meters/billing.hpp"
#include "meters/tariff.hpp"
#include "storage/tenancy_record.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

class TenanciesTest : public LedgerTest {
 protected:
  [[nodiscard]] TenancyBegin begin(operation::TransactionId transaction = 7) const {
    TenancyBegin out;
    out.effective = UtcSeconds{kToday + 10h + 17min};
    out.first_interval = UtcSeconds{kToday + 10h};
    out.first_day = kToday + std::chrono::days{1};
    out.transaction = transaction;
    out.command = *CommandId::parse("cot-1");
    out.evidence = TenancyEvidence::Response;
    out.actions = ChangeActions::all();
    out.relay = RelayAfter::Armed;
    return out;
  }
  StoredMeter m = meter();
};

TEST_F(TenanciesTest, TheNextOneBeginsWhereNothingOfTheLastIs) {
  EXPECT_EQ(good(ledger->open_tenancy(m.key, begin(), kNow)), 2);
  good(ledger->commit());
  reopen();
  const auto stored = meter();
  EXPECT_EQ(stored.epoch, 2);
  EXPECT_EQ(stored.tenancy_from, begin().effective);
  EXPECT_EQ(stored.tenancy_transaction, 7U);
  EXPECT_EQ(good(ledger->profile_covered_to(m.key, 2)), begin().first_interval);
  EXPECT_EQ(good(ledger->profile_from(m.key, 2)), begin().first_interval);
  EXPECT_EQ(good(ledger->daily_covered_to(m.key, 2)), begin().first_day);
  EXPECT_EQ(good(ledger->log_position(m.key, 2, LogId::Token)), 0U);
}

TEST_F(TenanciesTest, EachKeepsWhatOpenedIt) {
  good(ledger->open_tenancy(m.key, begin(), kNow));
  const auto all = good(ledger->tenancies(m.key));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0].sealed());
  EXPECT_EQ(all[0].ends, kNow);
  EXPECT_FALSE(all[1].sealed());
  EXPECT_EQ(all[1].command, "cot-1");
  EXPECT_EQ(all[1].evidence, "response");
  EXPECT_EQ(all[1].actions, ChangeActions::all());
  EXPECT_EQ(all[1].relay, RelayAfter::Armed);
}

TEST_F(TenanciesTest, OnlyAChangedMeterIsToBeSynchronisedAndOnlyOnce) {
  EXPECT_TRUE(good(ledger->tenancies_to_synchronise()).empty());
  good(ledger->open_tenancy(m.key, begin(7), kNow));
  good(ledger->open_tenancy(m.key, begin(8), kNow));
  const auto due = good(ledger->tenancies_to_synchronise());
  ASSERT_EQ(due.size(), 1U) << "a sealed one is not fetched any more";
  EXPECT_EQ(due[0].epoch, 3);
  good(ledger->set_synchronised(m.key, 3, R"([{"item":"relay"}])", kNow));
  EXPECT_TRUE(good(ledger->tenancies_to_synchronise()).empty());
  EXPECT_EQ(good(ledger->tenancies(m.key)).back().checks_json, R"([{"item":"relay"}])");
}

TEST_F(TenanciesTest, TheJournalForgetsTheLogsOfTheLastTenant) {
  good(ledger->append_journal({0, kNow, "info", "MG0801", m.id.text(), "token", "told", "{}"}));
  good(ledger->append_journal({0, kNow, "info", "MG0201", m.id.text(), "", "online", "{}"}));
  good(ledger->append_journal({0, kNow, "info", "MG0801", "other", "token", "told", "{}"}));
  good(ledger->open_tenancy(m.key, begin(), kNow));
  const auto rows = good(ledger->journal({}));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].event, "MG0201");
  EXPECT_EQ(rows[1].meter, "other");
}

// Who follows the journal asks for what comes after the last id he saw.
TEST_F(TenanciesTest, TheJournalsIdsGoOnAlthoughItsNewestLineWasTheLastTenants) {
  for (int i = 0; i < 3; ++i) {
    good(ledger->append_journal({0, kNow, "info", "MG0801", m.id.text(), "token", "told", "{}"}));
  }
  const auto seen = good(ledger->journal({})).back().id;
  good(ledger->open_tenancy(m.key, begin(), kNow));
  good(ledger->append_journal({0, kNow, "info", "MG0601", m.id.text(), "", "changed", "{}"}));
  JournalFilter after;
  after.after_id = seen;
  const auto news = good(ledger->journal(after));
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].text, "changed");
  for (const JournalRow& row : good(ledger->journal({}))) EXPECT_NE(row.text, "told");
}

// The change was carried out, and its answer lost: the meter's snapshots came before the news.
TEST_F(TenanciesTest, SnapshotsThatWereReadBeforeTheChangeWasSeenAreTheNewTenants) {
  const UtcSeconds at = begin().effective;
  const auto snapshot = [](std::uint32_t sequence, UtcSeconds when, BillingCause cause) {
    return BillingSnapshot{.sequence = sequence, .meter_time = when, .cause = cause};
  };
  good(ledger->store_billing(m.key, 1, {snapshot(1, at - 24h, BillingCause::Period)}, kNow));
  good(ledger->store_billing(
      m.key, 1,
      {snapshot(2, at, BillingCause::BeforeTenancy), snapshot(3, at, BillingCause::AfterTenancy),
       snapshot(4, at + 5min, BillingCause::OnDemand)},
      UtcTime{at} + 6min));
  good(ledger->open_tenancy(m.key, begin(), UtcTime{at} + 7min));
  const auto sequences = [&](Epoch epoch) {
    std::vector<std::uint32_t> out;
    for (const auto& one : good(ledger->billing(m.key, epoch))) out.push_back(one.sequence);
    return out;
  };
  EXPECT_EQ(sequences(1), (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(sequences(2), (std::vector<std::uint32_t>{3, 4}));
}

TEST_F(TenanciesTest, ASealedOneIsErasedAloneAndAnOpenOneNotAtAll) {
  const BillingSnapshot snapshot{.sequence = 1, .meter_time = UtcSeconds{kToday}};
  good(ledger->store_billing(m.key, 1, {snapshot}, kNow));
  good(ledger->open_tenancy(m.key, begin(), kNow));
  good(ledger->store_billing(m.key, 2, {snapshot}, kNow));
  EXPECT_FALSE(ledger->erase_tenancy(m.key, 2, kNow));
  EXPECT_FALSE(ledger->erase_tenancy(m.key, 3, kNow));
  good(ledger->erase_tenancy(m.key, 1, kNow));
  EXPECT_TRUE(good(ledger->billing(m.key, 1)).empty());
  EXPECT_EQ(good(ledger->billing(m.key, 2)).size(), 1U);
  EXPECT_EQ(good(ledger->tenancies(m.key))[0].erased, kNow);
}

TEST_F(TenanciesTest, BillingSnapshotsAndTariffsComeBackAsTheyWere) {
  const BillingSnapshot snapshot{.sequence = 4,
                                 .meter_time = UtcSeconds{kToday + 3s},
                                 .cause = BillingCause::BeforeTenancy,
                                 .import_wh = 5,
                                 .import_varh = 6,
                                 .balance_minor = -7,
                                 .tariff_id = 8,
                                 .supplier_id = 9};
  EXPECT_EQ(good(ledger->store_billing(m.key, 1, {snapshot}, kNow)), 1U);
  EXPECT_EQ(good(ledger->store_billing(m.key, 1, {snapshot}, kNow)), 0U);
  EXPECT_EQ(good(ledger->billing(m.key, 1)), std::vector{snapshot});
  EXPECT_EQ(good(ledger->last_billing(m.key)), 4U);
  const TariffReading reading{
      kNow, {1, {51, "East"}, 20}, {{{2, {71, "West"}, 30}, UtcSeconds{kToday}}}};
  EXPECT_FALSE(good(ledger->tariff(m.key)));
  good(ledger->store_tariff(m.key, reading));
  EXPECT_EQ(good(ledger->tariff(m.key)), reading);
}

TEST_F(TenanciesTest, CommandsThatChangeAMeterComeBackAsTheyWere) {
  ChangeOrder order{.effective = UtcSeconds{kToday + 5s},
                    .actions = ChangeActions::of_bits(0b101),
                    .relay = RelayAfter::Armed,
                    .event_id = 4711,
                    .uncollected = true};
  auto c = command("cot", ChangeTenancy{TenancySituation::LeavesLater, order});
  insert(m.key, c);
  auto s = command("cos", ChangeSupplier{{71, "North Power"}, order});
  insert(m.key, s);
  auto t = command("tariff", SetTariff{{12, {71, "North Power"}, 27}, UtcSeconds{kToday + 9s}});
  insert(m.key, t);
  good(ledger->commit());
  reopen();
  const auto same_order = [&](const ChangeOrder& back) {
    EXPECT_EQ(back.effective, order.effective);
    EXPECT_EQ(back.actions, order.actions);
    EXPECT_EQ(back.relay, order.relay);
    EXPECT_EQ(back.event_id, order.event_id);
    EXPECT_EQ(back.uncollected, order.uncollected);
  };
  const auto tenancy = std::get<ChangeTenancy>(good(ledger->find_command(c.id))->command.params);
  EXPECT_EQ(tenancy.situation, TenancySituation::LeavesLater);
  same_order(tenancy.order);
  const auto supplier = std::get<ChangeSupplier>(good(ledger->find_command(s.id))->command.params);
  EXPECT_EQ(supplier.supplier, (Supplier{71, "North Power"}));
  same_order(supplier.order);
  const auto set = std::get<SetTariff>(good(ledger->find_command(t.id))->command.params);
  EXPECT_EQ(set.tariff, (Tariff{12, {71, "North Power"}, 27}));
  EXPECT_EQ(set.activates, UtcSeconds{kToday + 9s});
}

}  // namespace
}  // namespace metergate::test
