// SPDX-License-Identifier: Apache-2.0
#include "storage/care/keep.hpp"

#include <iterator>

#include "storage/schema.hpp"
#include "tests/unit/storage/damaged_file.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

namespace fs = std::filesystem;
using care::BackupWhen;

class KeepTest : public LedgerTest {
 protected:
  void store_days(int count) {
    for (int day = 0; day < count; ++day) {
      good(ledger->store_profile(m.key, 1, whole_day(kToday - days{day}), kNow));
    }
    good(ledger->commit());
  }
  std::size_t intervals(const fs::path& of) {
    const auto copy = good(Ledger::open(of, LedgerMode::ReadOnly));
    return good(copy.profile(m.key, 1, kToday - days{400}, kToday + days{1})).size();
  }
  void set_schema(int number) {
    ledger.reset();
    auto db = good(sqlite::Database::open(file, sqlite::Access::ReadWrite));
    good(db.script("PRAGMA user_version = " + std::to_string(number)));
  }
  static std::size_t files_in(const fs::path& folder) {
    std::error_code not_there;
    const fs::directory_iterator all{folder, not_there};
    return not_there ? 0U : static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  fs::path copies = directory.path() / "copies";
  StoredMeter m = meter();
};

TEST_F(KeepTest, ACopyHoldsWhatWasCommittedWhileTheWriterGoesOn) {
  store_days(2);
  good(ledger->store_profile(m.key, 1, whole_day(kToday - days{2}), kNow));  // not committed yet
  const auto made = good(care::back_up(file, copies, BackupWhen::Always, kNow));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->file.filename(),
            "ledger-schema" + std::to_string(made->schema) + "-20260310T100000Z.db");
  EXPECT_EQ(made->octets, fs::file_size(made->file));
  good(ledger->commit());
  EXPECT_EQ(intervals(made->file), 96U);
  EXPECT_EQ(intervals(file), 144U);
}

TEST_F(KeepTest, ACopyAndItsFolderAreForTheirOwnerAlone) {
  store_days(1);
  const auto made = good(care::back_up(file, copies, BackupWhen::Always, kNow));
  EXPECT_EQ(fs::status(made->file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(copies).permissions(), fs::perms::owner_all);
  EXPECT_EQ(files_in(copies), 1U) << "one file, whole by itself";
}

TEST_F(KeepTest, ACopyNeverTakesThePlaceOfAnother) {
  store_days(1);
  good(care::back_up(file, copies, BackupWhen::Always, kNow));
  const auto again = care::back_up(file, copies, BackupWhen::Always, kNow);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, StorageError::Reason::Misuse);
  EXPECT_NE(again.error().what.find("20260310T100000Z"), std::string::npos) << again.error().what;
}

TEST_F(KeepTest, BeforeAMigrationACopyIsMadeOnlyWhereThereWillBeOne) {
  store_days(1);
  EXPECT_FALSE(good(care::back_up(file, copies, BackupWhen::BeforeMigration, kNow)));
  EXPECT_EQ(files_in(copies), 0U);
  const int newest = static_cast<int>(migrations().back().number);
  set_schema(newest - 1);
  const auto made = good(care::back_up(file, copies, BackupWhen::BeforeMigration, kNow));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->schema, newest - 1);
}

TEST_F(KeepTest, ALedgerOfALaterReleaseIsNeitherCopiedNorWrittenAnew) {
  store_days(1);
  set_schema(static_cast<int>(migrations().back().number) + 1);
  const auto copy = care::back_up(file, copies, BackupWhen::Always, kNow);
  ASSERT_FALSE(copy);
  EXPECT_EQ(copy.error().reason, StorageError::Reason::NewerSchema);
  const auto anew = care::vacuum(file);
  ASSERT_FALSE(anew);
  EXPECT_EQ(anew.error().reason, StorageError::Reason::NewerSchema);
  EXPECT_EQ(files_in(copies), 0U);
}

TEST_F(KeepTest, ADamagedLedgerGivesNoCopyAndLeavesNothingBehind) {
  store_days(40);
  ledger.reset();
  {
    auto db = good(sqlite::Database::open(file, sqlite::Access::ReadWrite));
    good(db.script("PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  const DamagedFile damaged{file};
  const Octets whole = damaged.octets();
  ASSERT_TRUE(good(care::back_up(file, copies, BackupWhen::Always, kNow))) << "while it is whole";
  const auto leaf = damaged.leaf_of("profile_day", 0);
  const auto index = damaged.root_of("sqlite_autoindex_meter_1");
  for (const auto page : {leaf, index}) {
    // Copying takes such a page along without looking; opening does not meet it.
    damaged.overwrite_page(page);
    good(Ledger::open(file, LedgerMode::ReadOnly));
    const auto copy = care::back_up(file, copies, BackupWhen::Always, kNow + 1h);
    ASSERT_FALSE(copy) << page;
    EXPECT_EQ(copy.error().reason, StorageError::Reason::Corrupt) << copy.error().what;
    EXPECT_NE(copy.error().what.find("metergate store repair"), std::string::npos);
    EXPECT_EQ(files_in(copies), 1U) << "the copy of before, and nothing of this one";
    damaged.restore(whole);
  }
  // One octet of a row's content is no damage that can be seen; one of its shape is.
  damaged.overwrite((leaf - 1) * 4096UL + 3, 2);
  EXPECT_FALSE(care::back_up(file, copies, BackupWhen::Always, kNow + 1h));
}

TEST_F(KeepTest, WrittenAnewItIsSmallerAndHoldsTheSame) {
  store_days(60);
  const RetentionPolicy a_day{days{1}, days{1}, days{1}, days{1}, days{1}, days{1}};
  for (const auto& data : good(ledger->outbox_data(10'000))) good(ledger->published(data));
  while (good(ledger->fold(kToday, 1000)).meter_days > 0) {
  }
  while (good(ledger->retain(a_day, kNow, 10'000)) > 0) {
  }
  const auto kept = intervals(file);
  ledger.reset();
  const auto done = good(care::vacuum(file));
  EXPECT_LT(done.octets_after, done.octets_before);
  EXPECT_EQ(intervals(file), kept);
  open();
  EXPECT_TRUE(good(ledger->check()).empty());
}

TEST_F(KeepTest, WhileTheGatewayHoldsItTheLedgerIsNotWrittenAnew) {
  store_days(1);
  const auto refused = care::vacuum(file);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, StorageError::Reason::Busy);
}

}  // namespace
}  // namespace metergate::test
