// SPDX-License-Identifier: Apache-2.0
#include <rapidcheck.h>

#include <map>

#include "storage/sqlite/database.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

class ProfileTest : public LedgerTest {
 protected:
  std::size_t store(const std::vector<ProfileInterval>& intervals, UtcTime received = kNow) {
    return good(ledger->store_profile(m.key, 1, intervals, received));
  }
  std::vector<ProfileInterval> all() {
    return good(ledger->profile(m.key, 1, kToday - 800 * 24h, kToday + 48h));
  }
  void fold_all(sys_days today = kToday) {
    while (good(ledger->fold(today, 3)).meter_days > 0) good(ledger->commit());
  }
  std::vector<OutboxData> unpublished() { return good(ledger->outbox_data(1000)); }
  void publish_all() {
    for (const auto& data : unpublished()) good(ledger->published(data));
  }
  StoredMeter m = meter();
};

TEST_F(ProfileTest, StoringTwiceChangesNothing) {
  const auto day = whole_day(kToday);
  EXPECT_EQ(store(day), 48U);
  publish_all();
  EXPECT_EQ(store(day), 0U);
  EXPECT_EQ(all(), day);
  EXPECT_TRUE(unpublished().empty());
}

TEST_F(ProfileTest, AChannelThatComesLaterJoinsItsInterval) {
  store({{kToday, {{kImport, 5, {}}}}});
  EXPECT_EQ(store({{kToday, {{kImport, 5, {}}, {kExport, 6, {}}}}}), 1U);
  ASSERT_EQ(all().size(), 1U);
  EXPECT_EQ(all().front().values.size(), 2U);
}

TEST_F(ProfileTest, TheEndOfARangeIsExcluded) {
  store(whole_day(kToday));
  store(whole_day(kToday - days{1}));
  fold_all();
  const auto some = good(ledger->profile(m.key, 1, kToday - 30min, kToday + 30min));
  ASSERT_EQ(some.size(), 2U);
  EXPECT_EQ(some.front().start, kToday - 30min);
  EXPECT_TRUE(good(ledger->profile(m.key, 1, kToday, kToday)).empty());
}

// Within a week and across many, where weeks are empty, where the oldest and the newest end.
TEST_F(ProfileTest, ARangeHoldsWhatStartsInItHoweverLongItIs) {
  std::vector<ProfileInterval> stored;
  for (const int age : {300, 299, 120, 30, 9, 8, 1, 0}) {
    const auto day = whole_day(kToday - days{age}, 10 * age);
    store(day, kToday - days{age} + 12h);
    stored.insert(stored.end(), day.begin(), day.end());
    if (age == 1) fold_all(kToday - days{1});
  }
  for (const int age : {400, 301, 300, 121, 31, 9, 2, 1, 0}) {
    for (const auto length :
         {30min, 24h + 0min, 25h + 0min, 72h + 0min, 70 * 24h + 0min, 500 * 24h + 0min}) {
      const UtcSeconds from = kToday - days{age} + 11h;
      std::vector<ProfileInterval> expected;
      std::ranges::copy_if(stored, std::back_inserter(expected), [&](const ProfileInterval& one) {
        return one.start >= from && one.start < from + length;
      });
      EXPECT_EQ(good(ledger->profile(m.key, 1, from, from + length)), expected)
          << age << " days ago, for " << length.count() << " minutes";
    }
  }
}

// Side by side in the store or far from each other, hot, folded, and both.
TEST_F(ProfileTest, WhatManyRowsOfTheOutboxStandForIsReadTogether) {
  std::vector<StoredMeter> meters{m};
  for (int i = 0; i < 30; ++i) meters.push_back(meter("n" + std::to_string(i)));
  const auto read_both_ways = [&](sys_days day, std::size_t expected) {
    std::vector<OutboxData> rows;
    std::ranges::copy_if(unpublished(), std::back_inserter(rows),
                         [&](const OutboxData& row) { return row.day == day; });
    ASSERT_EQ(rows.size(), expected);
    const auto together = good(ledger->profiles(rows));
    ASSERT_EQ(together.size(), rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto alone = good(
          ledger->profile(rows[i].meter, rows[i].epoch, rows[i].from, rows[i].to + seconds{1}));
      EXPECT_FALSE(alone.empty());
      EXPECT_EQ(good(together[i]), alone) << rows[i].meter;
    }
  };
  EXPECT_TRUE(good(ledger->profiles({})).empty());
  for (std::size_t i = 0; i < meters.size(); ++i) {
    auto day = whole_day(kToday, 100 * static_cast<int>(i));
    day.resize(1 + i);  // each ends elsewhere
    good(ledger->store_profile(meters[i].key, 1, day, kNow));
  }
  read_both_ways(kToday, 31);
  fold_all(kToday + days{1});
  good(ledger->store_profile(meters[7].key, 1, {interval(kToday + 20h, 5)}, kNow));
  read_both_ways(kToday, 31);

  for (const std::size_t far : {0U, 30U}) {
    good(ledger->store_profile(meters[far].key, 1, whole_day(kToday + days{2}), kNow + 48h));
  }
  read_both_ways(kToday + days{2}, 2);
}

TEST_F(ProfileTest, AnotherMetersOrTenancysDataIsNeverSeen) {
  const auto other = meter("m2");
  store(whole_day(kToday, 1));
  good(ledger->store_profile(other.key, 1, whole_day(kToday, 1000), kNow));
  EXPECT_EQ(all(), whole_day(kToday, 1));
  fold_all(kToday + days{1});
  EXPECT_EQ(all(), whole_day(kToday, 1));
  EXPECT_EQ(good(ledger->profile(other.key, 1, kToday, kToday + 24h)), whole_day(kToday, 1000));
  EXPECT_TRUE(good(ledger->profile(m.key, 2, kToday, kToday + 24h)).empty());
}

TEST_F(ProfileTest, AnEstimateGivesWayHotAndFolded) {
  store({interval(kToday, 100, IntervalMarks::kEstimated)});
  EXPECT_EQ(store({interval(kToday, 117)}), 1U);
  EXPECT_EQ(store({interval(kToday, 300)}), 0U);
  EXPECT_EQ(all().front().values.front().value, 117);

  store({interval(kToday + 30min, 50, IntervalMarks::kEstimated)});
  fold_all(kToday + days{1});
  EXPECT_EQ(store({interval(kToday + 30min, 60)}), 1U);
  EXPECT_EQ(all().back().values.front().value, 60);
}

TEST_F(ProfileTest, FoldingChangesNothingThatCanBeRead) {
  std::vector<ProfileInterval> expected;
  for (int i = 3; i >= 0; --i) {
    const auto day = whole_day(kToday - days{i}, 100 * i);
    expected.insert(expected.end(), day.begin(), day.end());
    store(day, kToday - days{i} + 12h);
  }
  EXPECT_EQ(all(), expected);
  fold_all();
  EXPECT_EQ(all(), expected);
  EXPECT_EQ(store(expected), 0U) << "the same again is recognised in blobs too";
  reopen();
}

TEST_F(ProfileTest, FoldingLeavesTodayAlone) {
  store(whole_day(kToday));
  EXPECT_EQ(good(ledger->fold(kToday, 100)).meter_days, 0U);
  EXPECT_EQ(all(), whole_day(kToday));
}

TEST_F(ProfileTest, ALateIntervalFindsItsFoldedDay) {
  auto day = whole_day(kToday - days{1});
  const auto late = day[20];
  day.erase(day.begin() + 20);
  store(day);
  fold_all();
  publish_all();
  EXPECT_EQ(store({late}), 1U);
  EXPECT_EQ(all(), whole_day(kToday - days{1}));
  ASSERT_EQ(unpublished().size(), 1U);
  EXPECT_EQ(unpublished().front().from, late.start);
  EXPECT_EQ(unpublished().front().to, late.start);
}

TEST_F(ProfileTest, ALateIntervalOfAMeterWithoutABlobIsNotLost) {
  const auto other = meter("m2");
  store(whole_day(kToday - days{1}));
  good(ledger->store_profile(other.key, 1, whole_day(kToday - days{1}), kNow));
  // The first meter of the day is folded; a meter before it in order has nothing yet.
  EXPECT_GT(good(ledger->fold(kToday, 1)).meter_days, 0U);
  const auto late = meter("m0");
  good(ledger->store_profile(late.key, 1, {interval(kToday - 10h, 9)}, kNow));
  fold_all();
  EXPECT_EQ(good(ledger->profile(late.key, 1, kToday - 24h, kToday)).size(), 1U);
  EXPECT_EQ(good(ledger->profile(other.key, 1, kToday - 24h, kToday)).size(), 48U);
}

TEST_F(ProfileTest, EachStepOfAFoldMayBeTheLastBeforeARestart) {
  std::vector<StoredMeter> meters{m, meter("m2"), meter("m3")};
  for (const auto& one : meters) {
    good(ledger->store_profile(one.key, 1, whole_day(kToday - days{1}, one.key), kNow));
    good(ledger->store_profile(one.key, 1, whole_day(kToday, one.key), kNow));
  }
  good(ledger->commit());
  for (bool more = true; more;) {
    more = good(ledger->fold(kToday, 1)).meter_days > 0;
    good(ledger->commit());
    reopen();
    for (const auto& one : meters) {
      ASSERT_EQ(good(ledger->profile(one.key, 1, kToday - 24h, kToday)),
                whole_day(kToday - days{1}, one.key));
      ASSERT_EQ(good(ledger->profile(one.key, 1, kToday, kToday + 24h)),
                whole_day(kToday, one.key));
    }
  }
}

TEST_F(ProfileTest, AnIntervalInTheTableOfOtherDaysHoldsUpNoFold) {
  store(whole_day(kToday - days{2}));
  good(ledger->commit());
  ledger.reset();
  {
    // As a flipped bit leaves it.
    auto db = good(sqlite::Database::open(file, sqlite::Access::ReadWrite));
    for (const char* table : {"profile_hot_0", "profile_hot_1"}) {
      good(db.script("UPDATE " + std::string{table} + " SET start_s = start_s - 86400" +
                     " WHERE start_s = (SELECT min(start_s) FROM " + table + ")"));
    }
  }
  open();
  int turns = 0;
  while (good(ledger->fold(kToday, 100)).meter_days > 0) ASSERT_LT(++turns, 5);
  EXPECT_EQ(all().size(), 48U);
}

TEST_F(ProfileTest, ABacklogIsNeverTakenForLiveData) {
  const auto old = whole_day(kToday - days{300});
  EXPECT_EQ(store(old), 48U);
  EXPECT_EQ(all(), old);
  EXPECT_EQ(good(ledger->fold(kToday, 100)).meter_days, 0U) << "it went straight into its blob";
}

// Of one meter; nobody else's day may be held up by it.
TEST_F(ProfileTest, WhatADayDoesNotTakeIsToldAndHoldsUpNothing) {
  const sys_days day = kToday - days{1};
  std::vector<ProfileInterval> flood;
  for (int second = 0; second < 86'400; ++second) {
    flood.push_back({day + seconds{second},
                     {{kImport, second, {}},
                      {kExport, second, {}},
                      {cosem::ObisCode{{1, 0, 3, 29, 0, 255}}, second, {}},
                      {cosem::ObisCode{{1, 0, 4, 29, 0, 255}}, second, {}}}});
  }
  store(flood);
  const auto other = meter("m2");
  good(ledger->store_profile(other.key, 1, whole_day(day, 7), kNow));
  const Folded folded = good(ledger->fold(kToday, 100));
  ASSERT_EQ(folded.overfull.size(), 1U);
  EXPECT_EQ(folded.overfull[0].meter, m.key);
  EXPECT_EQ(folded.overfull[0].day, day);
  EXPECT_EQ(folded.overfull[0].dropped, 4U * 86'400U - (1U << 18U));
  EXPECT_EQ(good(ledger->profile(other.key, 1, day, kToday)), whole_day(day, 7));
  EXPECT_EQ(good(ledger->profile(m.key, 1, day, day + 24h)).size(), (1U << 18U) / 4U);
}

TEST_F(ProfileTest, AClockThatRanAheadAndWasSetBackLosesNothing) {
  store(whole_day(kToday - days{1}), kToday - 1h);
  auto half = whole_day(kToday);
  const std::vector<ProfileInterval> rest(half.begin() + 24, half.end());
  half.resize(24);
  store(half);
  EXPECT_GT(good(ledger->fold(kToday + days{2000}, 49)).meter_days, 0U);
  good(ledger->fold(kToday, 1000));
  store(rest);
  const auto other = meter("m2");
  good(ledger->store_profile(other.key, 1, whole_day(kToday, 7), kNow));
  fold_all(kToday + days{1});
  EXPECT_EQ(good(ledger->profile(m.key, 1, kToday, kToday + 24h)), whole_day(kToday));
  EXPECT_EQ(good(ledger->profile(other.key, 1, kToday, kToday + 24h)), whole_day(kToday, 7));
}

// The law behind all of the above: whatever comes in whatever order, folded whenever, what can be
// read is what a simple map keyed by start and channel would hold.
TEST(ProfileLaw, TheStoreIsAMapWhateverTheOrderOfArrivalAndFold) {
  EXPECT_TRUE(rc::check([] {
    TemporaryDirectory directory;
    auto ledger = good(Ledger::open(directory.path() / "l.db", LedgerMode::ReadWrite));
    std::map<std::pair<MeterKey, UtcSeconds>, std::int64_t> expected;
    const auto a = good(ledger.meter(*MeterId::parse("a"), "x", kNow)).key;
    const auto b = good(ledger.meter(*MeterId::parse("b"), "x", kNow)).key;
    const auto steps = *rc::gen::inRange(1, 30);
    for (int i = 0; i < steps; ++i) {
      if (*rc::gen::inRange(0, 3) == 0) {
        good(ledger.fold(kToday + days{*rc::gen::inRange(-4, 2)},
                         *rc::gen::inRange<std::size_t>(1, 20)));
        continue;
      }
      const auto meter = *rc::gen::element(a, b);
      std::vector<ProfileInterval> intervals;
      const auto count = *rc::gen::inRange(1, 12);
      std::size_t fresh = 0;
      for (int k = 0; k < count; ++k) {
        const UtcSeconds start = kToday + *rc::gen::inRange(-48 * 4, 48) * 30min;
        const auto value = *rc::gen::inRange<std::int64_t>(0, 1000);
        intervals.push_back({start, {{kImport, value, {}}}});
        fresh += expected.emplace(std::pair{meter, start}, value).second ? 1U : 0U;
      }
      const auto stored = good(ledger.store_profile(meter, 1, intervals, kNow));
      RC_ASSERT(stored == fresh);
    }
    for (const auto meter : {a, b}) {
      std::map<std::pair<MeterKey, UtcSeconds>, std::int64_t> found;
      for (const auto& interval : good(ledger.profile(meter, 1, kToday - 240h, kToday + 240h))) {
        RC_ASSERT(interval.values.size() == 1U);
        RC_ASSERT(found.emplace(std::pair{meter, interval.start}, interval.values[0].value).second);
      }
      auto of_meter = expected;
      std::erase_if(of_meter, [&](const auto& entry) { return entry.first.first != meter; });
      RC_ASSERT(found == of_meter);
    }
  }));
}

}  // namespace
}  // namespace metergate::test
