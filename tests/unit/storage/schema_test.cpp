// SPDX-License-Identifier: Apache-2.0
#include "storage/schema.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

using sqlite::Access;
using sqlite::Database;

constexpr std::array kTwoSteps{
    Migration{1, "0001_first", "CREATE TABLE a (x INTEGER);"},
    Migration{2, "0002_second",
              "ALTER TABLE a ADD COLUMN y INTEGER; INSERT INTO a VALUES (1, 2);"}};
constexpr std::array kSecondBroken{
    kTwoSteps[0], Migration{2, "0002_broken", "CREATE TABLE b (x); CREATE TABLE a (x);"}};

class SchemaTest : public ::testing::Test {
 protected:
  Database open() { return good(Database::open(file, Access::ReadWrite)); }
  std::string octets() const {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  TemporaryDirectory directory;
  std::filesystem::path file = directory.path() / "ledger.db";
};

TEST_F(SchemaTest, TheMigrationsInTheProgramAreNumberedWithoutGaps) {
  std::int64_t expected = 1;
  for (const Migration& migration : migrations()) EXPECT_EQ(migration.number, expected++);
  EXPECT_GE(expected, 2);
}

TEST_F(SchemaTest, AnOlderSchemaComesForwardAndKeepsItsRows) {
  auto db = open();
  good(migrate(db, std::span{kTwoSteps}.first(1)));
  good(db.script("INSERT INTO a VALUES (7)"));
  good(migrate(db, kTwoSteps));
  EXPECT_EQ(good(schema_of(db, kTwoSteps)), 2);
  EXPECT_EQ(good(db.number("SELECT x FROM a WHERE y IS NULL")), 7);
  EXPECT_EQ(good(db.number("SELECT y FROM a WHERE x = 1")), 2);
}

TEST_F(SchemaTest, AMigrationThatFailsLeavesTheSchemaAsItWas) {
  auto db = open();
  good(migrate(db, std::span{kTwoSteps}.first(1)));
  const auto failed = migrate(db, kSecondBroken);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().what.find("0002_broken"), std::string::npos) << failed.error().what;
  EXPECT_EQ(good(db.number("PRAGMA user_version")), 1);
  EXPECT_EQ(good(db.number("SELECT count(*) FROM sqlite_schema WHERE name = 'b'")), 0);
}

TEST_F(SchemaTest, DaysOfLoadProfilesComeAlongWhenTheirTableIsLaidOutAnew) {
  const auto before = [](const Migration& one) {
    return one.name == "0009_days_in_order_of_arrival";
  };
  const auto layout = std::ranges::find_if(migrations(), before);
  ASSERT_NE(layout, migrations().end());
  auto db = open();
  good(migrate(db, std::span{migrations().begin(), layout}));
  good(
      db.script("INSERT INTO profile_day VALUES (2600, 7, 1, 18205, x'0102'),"
                " (2600, 7, 1, 18204, x'03'), (2599, 8, 2, 18195, x'04')"));
  good(migrate(db, migrations()));
  EXPECT_EQ(good(db.number("SELECT count(*) FROM profile_day")), 3);
  EXPECT_EQ(good(db.number("SELECT length(points) FROM profile_day"
                           " WHERE four_weeks = 650 AND meter = 7 AND epoch = 1 AND day = 18205")),
            2);
  EXPECT_FALSE(db.script("INSERT INTO profile_day VALUES (649, 8, 2, 18195, x'05')"))
      << "a meter-day stands once";
}

TEST_F(SchemaTest, ANewerSchemaIsRefusedAndTheFileStaysAsItIs) {
  static_cast<void>(good(Ledger::open(file, LedgerMode::ReadWrite)));
  {
    auto db = open();
    good(db.script("PRAGMA user_version = 999"));
  }
  const auto before = octets();
  for (const auto mode : {LedgerMode::ReadWrite, LedgerMode::ReadOnly}) {
    const auto refused = Ledger::open(file, mode);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, StorageError::Reason::NewerSchema);
    EXPECT_NE(refused.error().what.find("999"), std::string::npos);
  }
  EXPECT_EQ(octets(), before);
}

TEST_F(SchemaTest, SomebodyElsesDatabaseIsRefusedAndStaysAsItIs) {
  {
    auto db = open();
    good(db.script("CREATE TABLE addresses (name TEXT)"));
  }
  const auto before = octets();
  const auto refused = Ledger::open(file, LedgerMode::ReadWrite);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, StorageError::Reason::CannotOpen);
  EXPECT_EQ(octets(), before);
}

TEST_F(SchemaTest, AFileThatIsNoDatabaseIsCorrupt) {
  std::ofstream{file} << std::string(5000, 'x');
  const auto refused = Ledger::open(file, LedgerMode::ReadWrite);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, StorageError::Reason::Corrupt);
  EXPECT_NE(refused.error().what.find(file.string()), std::string::npos);
}

}  // namespace
}  // namespace metergate::test
