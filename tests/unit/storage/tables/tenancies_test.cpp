// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <fstream>
#include <iterator>
#include <set>

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
  /// The last is still hot, the others are folded; one is of a clock that stood before 1970.
  static inline const std::array kDays{sys_days{1960y / 5 / 3}, kToday - days{50}, kToday - days{1},
                                       kToday};
  /// Something of each kind, on each of the days.
  void store_of_all(MeterKey of, Epoch epoch) {
    std::uint32_t number = 0;
    for (const sys_days day : kDays) {
      good(ledger->store_profile(of, epoch, {interval(day + 90min, 1)}, kNow));
      good(ledger->store_daily(of, epoch, {{day, {{kImport, 1, {}}}}}, kNow));
      good(ledger->store_registers(of, epoch, {day + 90min, {{kImport, {1, 0}, Unit::Wh}}}));
      good(ledger->store_log(
          of, epoch, {{.log = LogId::Supply, .sequence = ++number, .meter_time = day + 90min}},
          kNow));
    }
  }
  std::vector<std::pair<DataKind, UtcTime>> kept(MeterKey of, Epoch epoch) {
    const sys_days from{1950y / 1 / 1};
    const sys_days to = kToday + days{1};
    std::vector<std::pair<DataKind, UtcTime>> out;
    for (const auto& one : good(ledger->profile(of, epoch, from, to))) {
      out.emplace_back(DataKind::Profile, one.start);
    }
    for (const auto& one : good(ledger->daily(of, epoch, from, to))) {
      out.emplace_back(DataKind::Daily, one.day);
    }
    for (const auto& one : good(ledger->registers(of, epoch, from, to, 99))) {
      out.emplace_back(DataKind::Registers, one.read_at);
    }
    for (const auto& one : good(ledger->log_between(of, epoch, from, to))) {
      out.emplace_back(DataKind::Log, one.meter_time);
    }
    return out;
  }
  std::vector<OutboxData> outbox() { return good(ledger->outbox_data(1000)); }

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

TEST_F(TenanciesTest, AnErasedOneLeavesNothingAndEveryOtherWhole) {
  const auto other = meter("m2");
  for (const StoredMeter& of : {m, other}) store_of_all(of.key, 1);
  TenancyBegin tomorrow;
  tomorrow.effective = tomorrow.first_interval = kToday + days{1};
  tomorrow.first_day = kToday + days{1};
  good(ledger->open_tenancy(m.key, tomorrow, kNow + days{1}));
  store_of_all(m.key, 2);
  while (good(ledger->fold(kToday, 100)).meter_days > 0) {
  }
  const auto of_one = kept(m.key, 2);
  EXPECT_EQ(of_one.size(), 4 * kDays.size());
  EXPECT_EQ(kept(m.key, 1), of_one);
  good(ledger->erase_tenancy(m.key, 1, kNow));
  EXPECT_TRUE(kept(m.key, 1).empty());
  EXPECT_EQ(kept(m.key, 2), of_one);
  EXPECT_EQ(kept(other.key, 1), of_one);
  for (const OutboxData& row : outbox()) EXPECT_FALSE(row.meter == m.key && row.epoch == 1);
}

// Folding gives the pages of a day back as they are.
TEST_F(TenanciesTest, AnErasedOneLeavesNothingInPagesThatNobodyUses) {
  constexpr std::int64_t kValue = 0x4d47415445313233;
  for (int back = 5; back > 0; --back) {
    std::vector<ProfileInterval> day = whole_day(kToday - days{back});
    for (ProfileInterval& one : day) one = interval(one.start, kValue);
    for (int number = 1; number <= 20; ++number) {
      const StoredMeter of = meter("m" + std::to_string(number));
      good(ledger->store_profile(of.key, 1, day, kNow));
    }
  }
  good(ledger->commit());
  while (good(ledger->fold(kToday, 100)).meter_days > 0) good(ledger->commit());
  const auto copies = [&] {
    reopen();
    std::ifstream in{file, std::ios::binary};
    const std::string octets{std::istreambuf_iterator<char>{in}, {}};
    int found = 0;
    for (auto at = octets.find("MGATE123"); at != std::string::npos;
         at = octets.find("MGATE123", at + 1)) {
      ++found;
    }
    return found;
  };
  ASSERT_GT(copies(), 0);
  good(ledger->open_tenancy(m.key, begin(), kNow));
  good(ledger->erase_tenancy(m.key, 1, kNow));
  good(ledger->commit());
  EXPECT_EQ(copies(), 0);
}

TEST_F(TenanciesTest, AllOfOneIsPublishedAgainDayByDayAlsoOfBefore1970) {
  store_of_all(m.key, 1);
  while (good(ledger->fold(kToday, 100)).meter_days > 0) {
  }
  const auto days_of = [&] {
    std::set<std::pair<DataKind, sys_days>> out;
    for (const OutboxData& row : outbox()) out.emplace(row.kind, row.day);
    return out;
  };
  const auto first = days_of();
  EXPECT_EQ(first.size(), 4 * kDays.size());
  for (const OutboxData& row : outbox()) good(ledger->published(row));
  EXPECT_TRUE(outbox().empty());
  good(ledger->publish_again(m.key, 1));
  EXPECT_EQ(days_of(), first);
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
