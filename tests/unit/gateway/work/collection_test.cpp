// SPDX-License-Identifier: Apache-2.0
#include "gateway/work/collection.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace metergate::work {
namespace {

using namespace std::chrono_literals;

constexpr CapturePeriod kPeriod{30};
constexpr UtcSeconds kMidnight{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};
constexpr UtcTime kNow = kMidnight + 10h + 7min;
const ProfileSchedule kSchedule{kPeriod, std::chrono::days{2}, 0ms};
const HolePolicy kPolicy;

UtcSeconds slot(int number) { return kMidnight + number * kPeriod; }
IntervalRange slots(int from, int to) { return {slot(from), slot(to)}; }
std::vector<ProfileInterval> intervals(std::initializer_list<int> numbers) {
  std::vector<ProfileInterval> out;
  for (const int number : numbers) out.push_back({slot(number), {}});
  return out;
}
bool same(const std::vector<Hole>& holes, std::vector<IntervalRange> ranges) {
  std::vector<IntervalRange> found;
  for (const Hole& hole : holes) found.push_back(hole.range);
  return found == ranges;
}

TEST(NewestComplete, IsTheEndOfTheLastClosedInterval) {
  EXPECT_EQ(newest_complete(kNow, kSchedule), slot(20));
  EXPECT_EQ(newest_complete(kMidnight + 10h, kSchedule), slot(19))
      << "the meter is still closing it";
  EXPECT_EQ(newest_complete(kMidnight + 10h + 5s, kSchedule), slot(20));
}

TEST(NewestComplete, WaitsForAMeterThatIsSlowAndNotForOneThatIsFast) {
  EXPECT_EQ(newest_complete(kNow, {kPeriod, std::chrono::days{2}, -10min}), slot(19));
  EXPECT_EQ(newest_complete(kNow, {kPeriod, std::chrono::days{2}, 40min}), slot(20));
}

TEST(NewestComplete, IsWhatTheMeterHasClosedWhenItsClockWasJustRead) {
  EXPECT_EQ(newest_complete(kNow, {kPeriod, std::chrono::days{2}, 40min, true}), slot(21));
  EXPECT_EQ(newest_complete(kNow, {kPeriod, std::chrono::days{2}, -10min, true}), slot(19));
}

TEST(PlanProfile, NewMeterIsFilledBackAsFarAsTheScheduleSays) {
  const auto ranges = plan_profile({}, kNow, kSchedule);
  EXPECT_EQ(ranges, std::vector{slots(20 - 96, 20)});
}

TEST(PlanProfile, GoesOnFromWhatIsCovered) {
  EXPECT_EQ(plan_profile({slot(17), {}}, kNow, kSchedule), std::vector{slots(17, 20)});
  EXPECT_TRUE(plan_profile({slot(20), {}}, kNow, kSchedule).empty());
}

TEST(PlanProfile, HolesThatAreDueComeFirst) {
  const std::vector<Hole> holes{{slots(1, 2), 1, kNow}, {slots(4, 5), 1, kNow + 1min}};
  EXPECT_EQ(plan_profile({slot(19), holes}, kNow, kSchedule),
            (std::vector{slots(1, 2), slots(19, 20)}));
}

TEST(Missing, FindsWhatLacksBeforeBetweenAndAfter) {
  EXPECT_EQ(missing(slots(0, 6), intervals({1, 4}), kPeriod),
            (std::vector{slots(0, 1), slots(2, 4), slots(5, 6)}));
  EXPECT_TRUE(missing(slots(1, 3), intervals({1, 2}), kPeriod).empty());
}

TEST(Missing, IntervalOffTheGridFillsItsSlot) {
  const std::vector<ProfileInterval> short_one{{slot(1) + 7min, {}}};
  EXPECT_TRUE(missing(slots(1, 2), short_one, kPeriod).empty());
}

TEST(AfterFirst, TimeBeforeAYoungMetersFirstIntervalIsNotAskedFor) {
  EXPECT_EQ(after_first(slots(0, 6), std::nullopt, intervals({3, 4}), kPeriod), slots(3, 6));
  EXPECT_EQ(after_first(slots(0, 6), std::nullopt, {}, kPeriod), slots(6, 6));
}

TEST(AfterFirst, OfAKnownMeterOnlyTheTimeBeforeItsFirstIntervalIsLeftOut) {
  EXPECT_EQ(after_first(slots(3, 6), slot(1), intervals({4}), kPeriod), slots(3, 6));
  EXPECT_EQ(after_first(slots(0, 6), slot(2), intervals({3, 4}), kPeriod), slots(2, 6));
  EXPECT_EQ(after_first(slots(0, 2), slot(4), {}, kPeriod), slots(2, 2));
}

TEST(AfterFirst, AnEarlierIntervalThanTheFirstKnownMovesIt) {
  EXPECT_EQ(after_first(slots(0, 6), slot(4), intervals({1, 4}), kPeriod), slots(1, 6));
}

TEST(AfterStart, WhatLiesBetweenAnEarlierPageAndWhatWasKnownIsUnread) {
  const auto change = after_start({slot(8), slots(0, 4), true}, intervals({1, 2, 3}), kPeriod);
  EXPECT_EQ(change.from, slot(1));
  EXPECT_EQ(change.unread, slots(4, 8));
  const auto reaches = after_start({slot(8), slots(0, 8), true}, intervals({1, 7}), kPeriod);
  EXPECT_EQ(reaches.from, slot(1));
  EXPECT_FALSE(reaches.unread);
  EXPECT_FALSE(after_start({slot(1), slots(2, 4), true}, intervals({2, 3}), kPeriod).from);
}

TEST(AfterStart, AStretchThatSomebodyAskedForIsNoBeginning) {
  EXPECT_FALSE(after_start({std::nullopt, slots(0, 4), false}, intervals({0}), kPeriod).from);
  EXPECT_EQ(after_start({std::nullopt, slots(0, 4), true}, intervals({0}), kPeriod).from, slot(0));
}

TEST(AfterPage, AnUnreadStretchIsAHoleUntilPagesHaveCoveredIt) {
  HoleChanges changes;
  add_unread(changes, slots(2, 6), kNow);
  ASSERT_TRUE(same(changes.holes, {slots(2, 6)}));
  EXPECT_EQ(changes.holes[0].next_try, kNow);
  changes = after_page(changes.holes, slots(2, 4), intervals({2, 3}), kNow, kPeriod, kPolicy);
  EXPECT_TRUE(same(changes.holes, {slots(4, 6)}));
  EXPECT_EQ(changes.filled, std::vector{slots(2, 4)});
}

TEST(AfterPage, GapIsAHoleThatIsTriedAgain) {
  const auto changes = after_page({}, slots(0, 4), intervals({0, 1, 3}), kNow, kPeriod, kPolicy);
  ASSERT_TRUE(same(changes.holes, {slots(2, 3)}));
  EXPECT_EQ(changes.holes[0].tries, 1U);
  EXPECT_EQ(changes.holes[0].next_try, kNow + kPolicy.first_pause);
  EXPECT_EQ(changes.found, std::vector{slots(2, 3)});
}

TEST(AfterPage, HoleThatWasReadIsFilled) {
  const auto changes =
      after_page({{slots(2, 3), 1, {}}}, slots(2, 3), intervals({2}), kNow, kPeriod, kPolicy);
  EXPECT_TRUE(changes.holes.empty());
  EXPECT_EQ(changes.filled, std::vector{slots(2, 3)});
}

TEST(AfterPage, PausesGrowAndTheLastTryIsTheLast) {
  std::vector<Hole> holes{{slots(2, 3), 1, {}}};
  auto pause = 0min;
  for (std::uint32_t tries = 2; tries < kPolicy.max_tries; ++tries) {
    holes = after_page(holes, slots(2, 3), {}, kNow, kPeriod, kPolicy).holes;
    ASSERT_EQ(holes.size(), 1U);
    EXPECT_EQ(holes[0].tries, tries);
    const auto next = std::chrono::duration_cast<std::chrono::minutes>(holes[0].next_try - kNow);
    EXPECT_GT(next, pause);
    pause = next;
  }
  const auto last = after_page(holes, slots(2, 3), {}, kNow, kPeriod, kPolicy);
  EXPECT_EQ(last.given_up.size(), 1U);
  EXPECT_TRUE(same(last.holes, {slots(2, 3)})) << "it stays known as a hole";
  EXPECT_TRUE(plan_profile({slot(20), last.holes}, kNow + 24h * 365, kSchedule).size() == 1U);
}

TEST(AfterPage, GapBeyondAKnownHoleIsFoundToo) {
  const auto changes =
      after_page({{slots(1, 2), 1, {}}}, slots(0, 5), intervals({0, 4}), kNow, kPeriod, kPolicy);
  EXPECT_TRUE(same(changes.holes, {slots(1, 2), slots(2, 4)}));
  EXPECT_EQ(changes.found, std::vector{slots(2, 4)});
}

TEST(AfterPush, NothingIsKnownBeforeTheFirstRead) {
  EXPECT_FALSE(after_push({}, intervals({5}), kPeriod));
}

TEST(AfterPush, WhatAPushSkipsIsAHole) {
  const auto effect = after_push({slot(3), {}}, intervals({5}), kPeriod);
  ASSERT_TRUE(effect);
  EXPECT_EQ(effect->covered_to, slot(6));
  EXPECT_EQ(effect->skipped, std::vector{slots(3, 5)});
  EXPECT_FALSE(after_push({slot(6), {}}, intervals({5}), kPeriod)) << "told before";
}

// Whatever was known and whatever came: afterwards every slot that was asked for is there or stands
// among the holes, none twice, and no slot that came stands among them.
RC_GTEST_PROP(AfterPage, EverySlotAskedForIsThereOrKnownAsAHole, ()) {
  constexpr int kSlots = 24;
  const auto present = *rc::gen::container<std::vector<bool>>(kSlots, rc::gen::arbitrary<bool>());
  const int from = *rc::gen::inRange(0, kSlots);
  const int to = *rc::gen::inRange(from, kSlots + 1);
  std::vector<Hole> known;
  for (int at = 0; at < kSlots;) {
    const int begin = at + *rc::gen::inRange(0, 4);
    const int end = begin + *rc::gen::inRange(1, 4);
    if (end > kSlots) break;
    known.push_back({slots(begin, end), *rc::gen::inRange<std::uint32_t>(1, 6), {}});
    at = end + 1;
  }
  std::vector<ProfileInterval> got;
  for (int i = from; i < to; ++i) {
    if (present[static_cast<std::size_t>(i)]) got.push_back({slot(i), {}});
  }
  const auto changes = after_page(known, slots(from, to), got, kNow, kPeriod, kPolicy);
  std::multiset<UtcSeconds> holes;
  for (const Hole& hole : changes.holes) {
    for (UtcSeconds at = hole.range.from; at < hole.range.to; at += kPeriod) holes.insert(at);
  }
  for (int i = from; i < to; ++i) {
    RC_ASSERT(holes.count(slot(i)) == (present[static_cast<std::size_t>(i)] ? 0U : 1U));
  }
}

}  // namespace
}  // namespace metergate::work
