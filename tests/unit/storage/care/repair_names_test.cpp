// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "storage/care/repair.hpp"
#include "storage/sqlite/database.hpp"
#include "tests/unit/storage/damaged_file.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

using care::Repaired;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

/// The name of one meter is hurt by single octets; each meter has a live command and an ended one.
class RepairNamesTest : public LedgerTest {
 protected:
  static constexpr const char* kName = "house-17";
  static constexpr std::size_t kDash = 5;

  RepairNamesTest() {
    for (const char* name : {kName, "house-18"}) {
      const StoredMeter m = meter(name);
      good(ledger->set_serial(m.key, *SerialNumber::parse("S" + std::to_string(m.key))));
      good(ledger->next_transaction(m.key, 4'000));
      good(ledger->store_daily(m.key, 1, {{kToday, {{kImport, 7, {}}}}}, kNow));
      insert(m.key, command(std::string{"live-"} + name, SetRelay{}));
      const auto ended = insert(m.key, command(std::string{"ended-"} + name, SetRelay{}));
      good(ledger->append_step(ended, step(CommandState::Accepted, CommandState::Expired)));
    }
    hurt = meter(kName);
  }

  DamagedFile close() {
    if (ledger) good(ledger->commit());
    ledger.reset();
    {
      auto db = good(sqlite::Database::open(file, sqlite::Access::ReadWrite));
      good(db.script("PRAGMA wal_checkpoint(TRUNCATE)"));
    }
    return DamagedFile{file};
  }
  static void change_record(const DamagedFile& damaged, std::size_t place, char to) {
    damaged.change(damaged.root_of("meter"), kName, place, to);
  }
  static void change_index(const DamagedFile& damaged, std::size_t place, char to) {
    damaged.change(damaged.root_of("sqlite_autoindex_meter_1"), kName, place, to);
  }
  /// The ledger is the repaired one from here on.
  Repaired repair() {
    Repaired done = good(care::repair(file, care::Original::Stays, "anna", kNow));
    ledger.emplace(good(Ledger::open(done.file, LedgerMode::ReadWrite)));
    return done;
  }
  void nothing_is_lost_under(const std::string& name) {
    const auto found = good(ledger->find_meter(*MeterId::parse(name)));
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(found->key, hurt.key);
    EXPECT_EQ(found->serial, hurt.serial);
    EXPECT_EQ(found->last_transaction, hurt.last_transaction);
    EXPECT_EQ(good(ledger->meters()).size(), 2U);
    EXPECT_EQ(good(ledger->commands_of(hurt.key, 99)).size(), 2U);
    const auto live = good(ledger->live_commands());
    ASSERT_EQ(live.size(), 2U);
    EXPECT_EQ(live.front().command.id.text(), std::string{"live-"} + kName);
    EXPECT_EQ(live.front().command.meter.text(), name);
    EXPECT_EQ(good(ledger->daily(hurt.key, 1, kToday, kToday + days{1})).size(), 1U);
  }

  StoredMeter hurt = meter(kName);
};

TEST_F(RepairNamesTest, ANameThatIsNoneAnyMoreIsTakenFromTheIndex) {
  for (const char bad : {'#', '\xFF', '\0'}) {
    SCOPED_TRACE(static_cast<int>(bad));
    DamagedFile damaged = close();
    const Octets whole = damaged.octets();
    change_record(damaged, kDash, bad);
    const Repaired done = repair();
    nothing_is_lost_under(kName);
    EXPECT_THAT(done.told, Contains("meter house-17: its name is damaged in its record "
                                    "(`house?17`); the index still has it; its live commands "
                                    "stay: 1"));
    EXPECT_FALSE(done.is_complete());
    ledger.reset();
    std::filesystem::remove(done.file);
    damaged.restore(whole);
  }
}

TEST_F(RepairNamesTest, ANameThatBecameAnotherMetersGoesBackToItsOwn) {
  DamagedFile damaged = close();
  change_record(damaged, 7, '8');
  repair();
  nothing_is_lost_under(kName);
}

TEST_F(RepairNamesTest, ANameThatIsDamagedInTheIndexAloneStaysAsItIs) {
  DamagedFile damaged = close();
  change_index(damaged, 7, '8');
  const Repaired done = repair();
  nothing_is_lost_under(kName);
  EXPECT_THAT(done.told, IsEmpty());
}

TEST_F(RepairNamesTest, ANameThatIsDamagedInBothPlacesIsFoundInTheJournal) {
  good(ledger->append_journal({0, kNow, "info", "MG0201", kName, "", "online", "{}"}));
  DamagedFile damaged = close();
  change_record(damaged, kDash, '#');
  change_index(damaged, kDash, '\xFF');
  const Repaired done = repair();
  nothing_is_lost_under(kName);
  EXPECT_THAT(done.told, Contains(HasSubstr("this one is known elsewhere")));
}

TEST_F(RepairNamesTest, OrInATopicOfTheOutbox) {
  good(
      ledger->enqueue({0, std::string{"metergate/v1/site/meter/"} + kName + "/state", "", "", {}}));
  DamagedFile damaged = close();
  change_record(damaged, kDash, '#');
  change_index(damaged, kDash, '/');
  repair();
  nothing_is_lost_under(kName);
}

TEST_F(RepairNamesTest, OneThatIsKnownNowhereIsMadeUpAndNothingElseIsLost) {
  DamagedFile damaged = close();
  change_record(damaged, kDash, '#');
  change_index(damaged, kDash, '#');
  const Repaired done = repair();
  nothing_is_lost_under("lost-meter-1");
  EXPECT_THAT(done.told,
              Contains("meter lost-meter-1: its name is damaged in its record (`house?17`) and is "
                       "known nowhere else; its record and its data stand under this one; its live "
                       "commands stay: 1"));
}

TEST_F(RepairNamesTest, ALedgerWhoseMetersTheGatewayCouldNotReadIsToldOf) {
  close();
  EXPECT_TRUE(care::look_through(file));
  {
    auto db = good(sqlite::Database::open(file, sqlite::Access::ReadWrite));
    good(db.script("UPDATE meter SET id = 'house#17' WHERE key = 1"));
  }
  const auto seen = care::look_through(file);
  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().reason, StorageError::Reason::Corrupt) << seen.error().what;
}

TEST_F(RepairNamesTest, SoIsOneWhoseLiveCommandsItCouldNotRead) {
  close();
  {
    auto db = good(sqlite::Database::open(file, sqlite::Access::ReadWrite));
    good(db.script("UPDATE command SET verb = 'dance' WHERE ended = 0"));
  }
  const auto seen = care::look_through(file);
  ASSERT_FALSE(seen);
  EXPECT_THAT(seen.error().what, HasSubstr("live-house-17 is not readable"));
}

}  // namespace
}  // namespace metergate::test
