// SPDX-License-Identifier: Apache-2.0
#include "storage/salvage/pages.hpp"

#include "storage/care/repair.hpp"
#include "storage/sqlite/database.hpp"
#include "tests/unit/storage/damaged_file.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

constexpr std::size_t kFreeListAt = 32;  // SQLite file format 1.3: first trunk page

class PagesTest : public LedgerTest {
 protected:
  /// A ledger with pages that are free again, all of it in the file.
  void write_and_delete() {
    for (int i = 0; i < 400; ++i) add_message(std::string(2000, 'x'));
    good(ledger->commit());
    change("DELETE FROM outbox_message");
  }
  void add_message(std::string payload) {
    OutboxMessage message;
    message.topic = "metergate/street/state";
    message.payload = std::move(payload);
    good(ledger->enqueue(message));
  }
  void change(const std::string& sql) {
    ledger.reset();
    auto db = good(sqlite::Database::open(file, sqlite::Access::ReadWrite));
    good(db.script(sql + "; PRAGMA wal_checkpoint(TRUNCATE)"));
    free_of_sqlite = good(db.number("PRAGMA freelist_count")).value_or(0);
  }
  std::int64_t free_of_sqlite = 0;
};

TEST_F(PagesTest, FreePagesAreThoseThatSqliteCounts) {
  write_and_delete();
  const auto pages = good(salvage::Pages::open(file));
  ASSERT_TRUE(pages.free());
  EXPECT_GT(free_of_sqlite, 100);
  EXPECT_EQ(pages.free()->size(), static_cast<std::size_t>(free_of_sqlite));
  EXPECT_TRUE(pages.troubles().empty());
}

TEST_F(PagesTest, AListOfFreePagesThatLeadsNowhereIsToldAndNotBelieved) {
  write_and_delete();
  DamagedFile{file}.overwrite(kFreeListAt, 4);
  const auto pages = good(salvage::Pages::open(file));
  EXPECT_FALSE(pages.free());
  EXPECT_EQ(pages.troubles(), std::vector<std::string>{"the list of free pages is unreadable"});
}

TEST_F(PagesTest, AFileThatIsNotThereIsNamed) {
  const auto refused = salvage::Pages::open(directory.path() / "none.db");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, StorageError::Reason::CannotOpen);
  EXPECT_NE(refused.error().what.find("none.db: cannot be read: No such file"), std::string::npos);
}

TEST_F(PagesTest, RowsThatGoOnOverSeveralPagesAreCopiedWhole) {
  std::string longest;
  for (int i = 0; i < 20'000; ++i) longest.push_back(static_cast<char>('a' + i % 26));
  add_message(longest);
  good(ledger->commit());
  ledger.reset();
  const auto done = good(care::repair(file, care::Original::Stays, "anna", kNow));
  EXPECT_TRUE(done.is_complete());
  const auto copy = good(Ledger::open(done.file, LedgerMode::ReadOnly));
  const auto back = good(copy.outbox_messages(0, 10));
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back[0].payload, longest);
}

TEST_F(PagesTest, ARowWhoseChainOfPagesIsCutIsLostAlone) {
  add_message("before");
  add_message(std::string(20'000, 'x'));
  add_message("behind");
  good(ledger->commit());
  change("SELECT 1");
  // The last pages of the file are the chain's.
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 4096);
  const auto done = good(care::repair(file, care::Original::Stays, "anna", kNow));
  EXPECT_FALSE(done.is_complete());
  const auto copy = good(Ledger::open(done.file, LedgerMode::ReadOnly));
  EXPECT_EQ(good(copy.outbox_messages(0, 10)).size(), 2U);
}

}  // namespace
}  // namespace metergate::test
