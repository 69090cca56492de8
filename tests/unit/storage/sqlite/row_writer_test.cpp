// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/row_writer.hpp"

#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

using sqlite::RowWriter;
using Put = RowWriter::Put;

class RowWriterTest : public ::testing::Test {
 protected:
  RowWriterTest() {
    good(db.script(
        "CREATE TABLE plain (key INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, octets BLOB,"
        " number INTEGER NOT NULL DEFAULT 7 CHECK (number >= 0)) STRICT;"
        "CREATE TABLE by_key (b INTEGER NOT NULL, a TEXT NOT NULL, PRIMARY KEY (a, b)) STRICT,"
        " WITHOUT ROWID;"));
    shapes = good(sqlite::table_shapes(db));
  }
  Put put(std::vector<RowWriter::Value> values) {
    RowWriter writer{db, shapes.at(0)};
    return good(writer.put(values));
  }

  TemporaryDirectory directory;
  sqlite::Database db =
      good(sqlite::Database::open(directory.path() / "t.db", sqlite::Access::ReadWrite));
  std::vector<sqlite::TableShape> shapes;
};

TEST_F(RowWriterTest, ShapesSayHowRowsLieInTheFile) {
  ASSERT_EQ(shapes.size(), 2U);
  EXPECT_EQ(shapes[0].name, "plain");
  EXPECT_EQ(shapes[0].rowid_column, 0);
  EXPECT_TRUE(shapes[0].columns[1].is_required);
  EXPECT_FALSE(shapes[0].columns[3].is_required) << "it has a default";
  EXPECT_TRUE(shapes[1].is_index);
  EXPECT_EQ(shapes[1].columns[0].name, "a") << "the key in its own order";
}

TEST_F(RowWriterTest, EveryKindOfFieldIsPutAsItIs) {
  EXPECT_EQ(put({std::int64_t{1}, "one", Octets{}, std::int64_t{3}}), Put::Done);
  EXPECT_EQ(put({std::int64_t{2}, "two", std::monostate{}}), Put::Done);
  EXPECT_EQ(good(db.number("SELECT length(octets) FROM plain WHERE key = 1")), 0);
  EXPECT_EQ(good(db.number("SELECT octets IS NULL FROM plain WHERE key = 2")), 1);
  EXPECT_EQ(good(db.number("SELECT number FROM plain WHERE key = 2")), 7) << "the default";
}

TEST_F(RowWriterTest, ARowWithAKnownKeyIsThereAlready) {
  EXPECT_EQ(put({std::int64_t{1}, "one"}), Put::Done);
  EXPECT_EQ(put({std::int64_t{1}, "other"}), Put::AlreadyThere);
  EXPECT_EQ(put({std::int64_t{2}, "one"}), Put::AlreadyThere);
}

TEST_F(RowWriterTest, WhatTheTablesRulesRefuseIsUnfit) {
  EXPECT_EQ(put({}), Put::Unfit);
  EXPECT_EQ(put({std::int64_t{1}, "a", Octets{1}, std::int64_t{1}, std::int64_t{1}}), Put::Unfit)
      << "a field too many";
  EXPECT_EQ(put({std::int64_t{1}, std::monostate{}}), Put::Unfit) << "NOT NULL";
  EXPECT_EQ(put({std::int64_t{1}, Octets{1}}), Put::Unfit) << "STRICT";
  EXPECT_EQ(put({"key", "a"}), Put::Unfit) << "no number";
  EXPECT_EQ(put({std::int64_t{1}, "a", Octets{1}, std::int64_t{-1}}), Put::Unfit) << "CHECK";
}

TEST_F(RowWriterTest, ATableThatIsGoneIsAnErrorInSqlitesWords) {
  good(db.script("DROP TABLE plain"));
  RowWriter writer{db, shapes.at(0)};
  const auto failed = writer.put({std::int64_t{1}, "one"});
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().what.find("no such table: plain"), std::string::npos);
}

}  // namespace
}  // namespace metergate::test
