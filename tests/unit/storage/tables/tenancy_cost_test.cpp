// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>

#include <cstdint>

#include "storage/tenancy_record.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

std::int64_t steps_taken = 0;

int count_steps(unsigned, void*, void* statement, void*) {
  steps_taken +=
      sqlite3_stmt_status(static_cast<sqlite3_stmt*>(statement), SQLITE_STMTSTATUS_VM_STEP, 1);
  return 0;
}
int watch(sqlite3* connection, char**, const void*) {
  return sqlite3_trace_v2(connection, SQLITE_TRACE_PROFILE, count_steps, nullptr);
}

/// What it takes to work on one meter's tenancy, in steps of SQLite's own machine, beside how many
/// others. All data lies in the order of time, so each day of the others stands between its days.
class TenancyCostTest : public ::testing::Test {
 protected:
  struct Cost {
    std::int64_t open = 0;
    std::int64_t publish = 0;
    std::int64_t erase = 0;
  };

  void SetUp() override { sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch)); }
  void TearDown() override { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(watch)); }

  static void fill(Ledger& ledger, MeterKey of) {
    for (int back = 0; back < 40; back += 4) {
      const sys_days day = kToday - days{back};
      good(ledger.store_profile(of, 1, {interval(day, 1), interval(day + 30min, 2)}, kNow));
      good(ledger.store_daily(of, 1, {{day, {{kImport, 1, {}}}}}, kNow));
    }
    good(ledger.store_log(of, 1, {LogEntry{.sequence = 1, .meter_time = kToday}}, kNow));
  }
  template <typename Work>
  static std::int64_t steps_of(Work&& work) {
    const std::int64_t before = steps_taken;
    good(work());
    return steps_taken - before;
  }
  static Cost cost_beside(int others) {
    const TemporaryDirectory directory;
    auto ledger = good(Ledger::open(directory.path() / "ledger.db", LedgerMode::ReadWrite));
    MeterKey middle = 0;
    for (int i = 0; i <= others; ++i) {
      const auto id = *MeterId::parse("m" + std::to_string(i));
      const MeterKey key = good(ledger.meter(id, "virtual-prepay", kNow)).key;
      if (i == others / 2) middle = key;
      fill(ledger, key);
    }
    while (good(ledger.fold(kToday - days{2}, 10'000)).meter_days > 0) {
    }
    TenancyBegin begin;
    begin.effective = UtcSeconds{kToday - days{6}};
    begin.first_interval = begin.effective;
    begin.first_day = kToday - days{5};
    return {.open = steps_of([&] { return ledger.open_tenancy(middle, begin, kNow); }),
            .publish = steps_of([&] { return ledger.publish_again(middle, 1); }),
            .erase = steps_of([&] { return ledger.erase_tenancy(middle, 1, kNow); })};
  }
};

TEST_F(TenancyCostTest, IsTheSameBesideFewAndManyMeters) {
  const Cost few = cost_beside(5);
  const Cost many = cost_beside(100);
  ASSERT_GT(few.open, 0);
  EXPECT_LT(many.open, few.open * 3 / 2);
  EXPECT_LT(many.publish, few.publish * 3 / 2);
  EXPECT_LT(many.erase, few.erase * 3 / 2);
}

}  // namespace
}  // namespace metergate::test
