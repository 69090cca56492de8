// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/ledger_keeper.hpp"

#include <gtest/gtest.h>

#include "storage/sqlite/database.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/storage/damaged_file.hpp"

namespace metergate::runtime {
namespace {

class LedgerKeeperTest : public testing::Test {
 protected:
  LedgerKeeperTest() {
    journal_.when_alarm([this](const JournalRow& row) { alarms_.push_back(row); });
  }
  /// A keeper over a ledger whose index of meters is damaged; opening does not meet it.
  void open_damaged() {
    const auto file = directory_.path() / "ledger.db";
    {
      auto ledger = test::good(Ledger::open(file, LedgerMode::ReadWrite));
      test::good(ledger.meter(*MeterId::parse("m1"), "v", clock_.now().utc));
      test::good(ledger.commit());
    }
    {
      auto db = test::good(sqlite::Database::open(file, sqlite::Access::ReadWrite));
      test::good(db.script("PRAGMA wal_checkpoint(TRUNCATE)"));
    }
    const test::DamagedFile damaged{file};
    damaged.overwrite_page(damaged.root_of("sqlite_autoindex_meter_1"));
    ledger_.emplace(test::good(Ledger::open(file, LedgerMode::ReadWrite)));
    keeper_.emplace(*ledger_, journal_, clock_, agenda_);
  }

  test::TemporaryDirectory directory_;
  test::ManualClock clock_{test::kNow};
  Agenda agenda_;
  journal::Journal journal_{
      {journal::Level::Debug, config::LogFormat::Plain, std::fopen("/dev/null", "w")}};
  std::vector<JournalRow> alarms_;
  std::optional<Ledger> ledger_;
  std::optional<LedgerKeeper> keeper_;
};

TEST_F(LedgerKeeperTest, DamageIsAnAlarmThatNamesTheFileAndTheWayOut) {
  open_damaged();
  EXPECT_TRUE(keeper_->healthy());
  EXPECT_FALSE(keeper_->checked(ledger_->meter(*MeterId::parse("m1"), "v", clock_.now().utc)));
  EXPECT_FALSE(keeper_->healthy());
  ASSERT_EQ(alarms_.size(), 1U);
  EXPECT_EQ(alarms_[0].event, "MG0707");
  EXPECT_NE(alarms_[0].text.find("ledger.db"), std::string::npos) << alarms_[0].text;
  EXPECT_NE(journal::kLedgerDamaged.action.find("metergate store repair"), std::string_view::npos);
  // Told once, however often it is met.
  EXPECT_FALSE(keeper_->checked(ledger_->meter(*MeterId::parse("m2"), "v", clock_.now().utc)));
  EXPECT_EQ(alarms_.size(), 1U);
}

}  // namespace
}  // namespace metergate::runtime
