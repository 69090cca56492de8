// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>

#include "storage/migrations/migrations.hpp"
#include "storage/schema.hpp"
#include "storage/sqlite/database.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

/// A small file system of its own. Needs the right to mount; without it the tests are skipped.
class FullDiskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    mounted = ::mount("tmpfs", directory.path().c_str(), "tmpfs", 0, "size=32m") == 0;
    if (!mounted) GTEST_SKIP() << "mounting a small file system is not permitted here";
  }
  void TearDown() override {
    ledger.reset();
    if (mounted) ::umount2(directory.path().c_str(), MNT_DETACH);
  }

  /// Until nothing can be written any more, not even into what the WAL already had.
  void fill_up_log_and_all() {
    for (int i = 0; i < 100; ++i) {
      fill_up();
      if (!write_something(i)) break;
    }
    static_cast<void>(ledger->commit());
  }

  // Takes all room that is left.
  void fill_up() {
    const int descriptor =
        ::open((directory.path() / "filler").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ASSERT_GE(descriptor, 0);
    const std::vector<char> block(4096, 'x');
    while (::write(descriptor, block.data(), block.size()) > 0) {
    }
    ::close(descriptor);
  }
  void make_room() { std::filesystem::remove(directory.path() / "filler"); }

  Stored<Done> write_something(int i) {
    for (int k = 0; k < 20; ++k) {
      auto done = ledger->enqueue({0, "t", std::string(2000, 'p') + std::to_string(i), "", {}});
      if (!done) return done;
    }
    return ledger->commit();
  }

  TemporaryDirectory directory;
  std::filesystem::path file = directory.path() / "ledger.db";
  bool mounted = false;
  std::optional<Ledger> ledger;
};

TEST_F(FullDiskTest, AFullDiskIsSaidAndNothingThatWasCommittedIsLost) {
  ledger.emplace(good(Ledger::open(file, LedgerMode::ReadWrite)));
  std::size_t committed = 0;
  std::optional<StorageError> refused;
  fill_up();
  for (int i = 0; i < 1000 && !refused; ++i) {
    auto done = write_something(i);
    if (done) {
      committed += 20;
    } else {
      refused = done.error();
    }
  }
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->reason, StorageError::Reason::DiskFull) << refused->what;
  static_cast<void>(ledger->commit());
  EXPECT_EQ(good(ledger->outbox_size()).messages, committed);

  // The reserve lets the steps of accepted commands be written.
  EXPECT_TRUE(ledger->release_reserve());
  EXPECT_TRUE(write_something(0));
  committed += 20;

  fill_up();
  make_room();
  EXPECT_TRUE(write_something(1)) << "it goes on by itself once there is room";
  committed += 20;
  ledger.reset();
  ledger.emplace(good(Ledger::open(file, LedgerMode::ReadWrite)));
  EXPECT_EQ(good(ledger->outbox_size()).messages, committed);
  EXPECT_TRUE(good(ledger->check()).empty());
}

TEST_F(FullDiskTest, OldDataCanBeDeletedOnAFullDisk) {
  ledger.emplace(good(Ledger::open(file, LedgerMode::ReadWrite)));
  for (int i = 0; i < 4000; ++i) {
    good(ledger->append_journal(
        {0, kNow - days{100}, "info", "MG0101", "m1", "", std::string(200, 't'), "{}"}));
    if (i % 200 == 0) good(ledger->commit());
  }
  good(ledger->commit());
  fill_up_log_and_all();
  EXPECT_EQ(good(ledger->retain({}, kNow, 100'000)), 3999U) << "all but the newest line";
  EXPECT_TRUE(write_something(0)) << "the pages that became free are used again";
  make_room();
  good(ledger->retain({}, kNow, 1));
  EXPECT_TRUE(ledger->reserve_held()) << "taken again as soon as there was room";
  EXPECT_TRUE(good(ledger->check()).empty());
}

// What the broker has is cleared out of the outbox first, and that needs room too.
TEST_F(FullDiskTest, OldDataCanBeDeletedOnAFullDiskThoughTheOutboxHasToBeClearedFirst) {
  ledger.emplace(good(Ledger::open(file, LedgerMode::ReadWrite)));
  // Their rows fill more pages than the log has left when it takes no more.
  constexpr int kMeters = 10;
  constexpr int kDays = 400;
  for (int i = 0; i < kMeters; ++i) {
    const auto id = *MeterId::parse("m" + std::to_string(i));
    const auto key = good(ledger->meter(id, "virtual-prepay", kNow)).key;
    for (int back = 0; back < kDays; ++back) {
      const sys_days day = kToday - days{1000 + back};
      good(ledger->store_daily(key, 1, {{day, {{kImport, back, {}}}}}, kNow));
    }
  }
  good(ledger->commit());
  for (const auto& row : good(ledger->outbox_data(kMeters * kDays))) good(ledger->published(row));
  fill_up_log_and_all();
  EXPECT_EQ(good(ledger->retain({}, kNow, 100'000)), std::size_t{kMeters * kDays});
  EXPECT_EQ(good(ledger->outbox_size()).data_days, 0U);
  make_room();
  ledger.reset();
  ledger.emplace(good(Ledger::open(file, LedgerMode::ReadWrite)));
  EXPECT_EQ(good(ledger->outbox_size()).data_days, 0U) << "nothing is told to the broker again";
  EXPECT_TRUE(good(ledger->check()).empty());
}

// Days of load profiles lie as they came, a page and more for each where it has a value a minute.
TEST_F(FullDiskTest, OldDaysOfLoadProfilesCanBeDeletedOnAFullDisk) {
  ledger.emplace(good(Ledger::open(file, LedgerMode::ReadWrite)));
  ledger.reset();
  {
    auto db = good(sqlite::Database::open(file, sqlite::Access::ReadWrite));
    good(
        db.script("INSERT INTO profile_day WITH RECURSIVE two(i) AS"
                  " (SELECT 0 UNION ALL SELECT i + 1 FROM two WHERE i < 1199)"
                  " SELECT iif(i % 2 = 0, 500, 800), i, 1, iif(i % 2 = 0, 14000, 22400),"
                  " zeroblob(6000) FROM two; PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  ledger.emplace(good(Ledger::open(file, LedgerMode::ReadWrite)));
  fill_up_log_and_all();
  EXPECT_EQ(good(ledger->retain({}, kNow, 100'000)), 600U);
  EXPECT_TRUE(write_something(0)) << "the pages that became free are used again";
  make_room();
  EXPECT_TRUE(good(ledger->check()).empty());
}

// A migration copies what it lays out anew, into the log first.
TEST_F(FullDiskTest, ALedgerThatCannotComeForwardStaysAsItWasUntilThereIsRoom) {
  const auto layout = std::ranges::find(migrations(), "0009_days_in_order_of_arrival",
                                        [](const Migration& one) { return one.name; });
  ASSERT_NE(layout, migrations().end());
  {
    auto db = good(sqlite::Database::open(file, sqlite::Access::ReadWrite));
    good(migrate(db, std::span{migrations().begin(), layout}));
    good(
        db.script("INSERT INTO profile_day WITH RECURSIVE thousand(i) AS"
                  " (SELECT 0 UNION ALL SELECT i + 1 FROM thousand WHERE i < 999)"
                  " SELECT 2600, i, 1, 18200, zeroblob(3000) FROM thousand"));
  }
  fill_up();
  const auto filler = directory.path() / "filler";
  std::filesystem::resize_file(filler, std::filesystem::file_size(filler) - 1'000'000);
  for (int tries = 0; tries < 2; ++tries) {
    const auto refused = Ledger::open(file, LedgerMode::ReadWrite);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, StorageError::Reason::DiskFull) << refused.error().what;
    EXPECT_NE(refused.error().what.find("0009"), std::string::npos) << refused.error().what;
  }
  {
    auto db = good(sqlite::Database::open(file, sqlite::Access::ReadWrite));
    EXPECT_EQ(good(db.number("PRAGMA user_version")), std::prev(layout)->number);
    EXPECT_EQ(good(db.number("SELECT count(*) FROM profile_day WHERE week = 2600")), 1000);
  }
  make_room();
  ledger.emplace(good(Ledger::open(file, LedgerMode::ReadWrite)));
  EXPECT_TRUE(good(ledger->check()).empty());
}

}  // namespace
}  // namespace metergate::test
