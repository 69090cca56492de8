// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

class JournalTest : public LedgerTest {
 protected:
  void line(std::string level, std::string meter, int minute, std::string log = "") {
    good(ledger->append_journal({0, kNow + minutes{minute}, std::move(level), "MG0101",
                                 std::move(meter), std::move(log), "text " + std::to_string(minute),
                                 "{}"}));
  }
  std::vector<JournalRow> read(const JournalFilter& filter) {
    return good(ledger->journal(filter));
  }
};

TEST_F(JournalTest, TheNewestLinesComeInTheOrderTheyWereWritten) {
  for (int i = 0; i < 5; ++i) line("info", "m1", i);
  JournalFilter filter;
  filter.limit = 2;
  const auto rows = read(filter);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].text, "text 3");
  EXPECT_EQ(rows[1].text, "text 4");
  EXPECT_EQ(rows[1].at, kNow + 4min);
  EXPECT_EQ(rows[1].event, "MG0101");
}

TEST_F(JournalTest, AFollowerGoesOnWhereItStopped) {
  for (int i = 0; i < 5; ++i) line("info", "m1", i);
  JournalFilter filter;
  const auto all = read(filter);
  filter.after_id = all[1].id;
  filter.limit = 2;
  const auto rows = read(filter);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].id, all[2].id);
  EXPECT_EQ(rows[1].id, all[3].id);
}

TEST_F(JournalTest, FiltersHoldTogether) {
  line("info", "m1", 0);
  line("warning", "m1", 1, "supply");
  line("error", "m2", 2, "tamper");
  line("information", "m1", 3);
  JournalFilter by_level;
  by_level.levels = {"info", "error"};
  EXPECT_EQ(read(by_level).size(), 2U) << "a level is found as a whole word";
  JournalFilter by_meter;
  by_meter.meter = "m1";
  EXPECT_EQ(read(by_meter).size(), 3U);
  by_meter.since = kNow + 1min;
  EXPECT_EQ(read(by_meter).size(), 2U);
  by_meter.log = "supply";
  EXPECT_EQ(read(by_meter).size(), 1U);
}

}  // namespace
}  // namespace metergate::test
