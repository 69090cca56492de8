// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenario/story.hpp"

namespace metergate::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

/// The meter's own truth against the ledger: every interval once, none else, none changed.
void expect_profile_equal_to_truth(Story& story, UtcSeconds from, UtcSeconds to) {
  const StoredMeter stored = story.stored();
  const auto kept = story.ledger().profile(stored.key, stored.epoch, from, to);
  ASSERT_TRUE(kept) << kept.error().what;
  const auto truth = story.meter().intervals(from, to);
  ASSERT_EQ(kept->size(), truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    EXPECT_EQ((*kept)[i].start, truth[i].start);
    ASSERT_FALSE((*kept)[i].values.empty());
    EXPECT_EQ((*kept)[i].values.front().value, truth[i].values.front().value);
    EXPECT_EQ((*kept)[i].values.front().marks, truth[i].values.front().marks);
  }
}

class CollectionStory : public ToldStory {
 protected:
  UtcSeconds floor_hour() const { return std::chrono::floor<std::chrono::hours>(story.now_s()); }
};

INSTANTIATE_TEST_SUITE_P(Told, CollectionStory, kVersions, version_name);

TEST_P(CollectionStory, FirstReadFillsBackAndFollowsFromThere) {
  story.advance(2s);
  perhaps_restart();
  story.advance(5h);
  expect_profile_equal_to_truth(story, floor_hour() - 47h, floor_hour() - 1h);
}

TEST_P(CollectionStory, OutageOfHoursIsFilledWithoutGapOrDouble) {
  story.advance(1min);
  story.wire(Wire::Silent);
  story.advance(9h);
  perhaps_restart();
  story.wire(Wire::Healthy);
  story.advance(2h);
  expect_profile_equal_to_truth(story, floor_hour() - 40h, floor_hour() - 1h);
  const StoredMeter stored = story.stored();
  EXPECT_TRUE(story.ledger().holes(stored.key, stored.epoch)->empty());
}

TEST_P(CollectionStory, PowerCutKeepsItsMarks) {
  story.advance(1min);
  story.meter().cut_power(story.now_s());
  story.advance(100min);
  perhaps_restart();
  story.meter().restore_power(story.now_s());
  story.advance(4h);
  expect_profile_equal_to_truth(story, floor_hour() - 10h, floor_hour() - 1h);
}

TEST_P(CollectionStory, LogsAreReadOnceAndInOrder) {
  story.advance(1min);
  story.meter().open_cover(story.now_s());
  story.advance(10min);
  perhaps_restart();
  story.meter().close_cover(story.now_s());
  story.advance(1h);
  const StoredMeter stored = story.stored();
  const auto kept = story.ledger().log(stored.key, stored.epoch, LogId::Tamper, 0, 100);
  ASSERT_TRUE(kept);
  const auto& truth = story.meter().log(LogId::Tamper);
  ASSERT_EQ(kept->size(), truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    EXPECT_EQ((*kept)[i].sequence, truth[i].sequence);
    EXPECT_EQ((*kept)[i].code, truth[i].code);
  }
}

TEST_P(CollectionStory, DailySnapshotsArriveEachMidnight) {
  story.advance(1min);
  perhaps_restart();
  story.advance(3 * 24h);
  const StoredMeter stored = story.stored();
  const auto today = std::chrono::floor<std::chrono::days>(story.now_s());
  const auto kept = story.ledger().daily(stored.key, stored.epoch, today - std::chrono::days{2},
                                         today + std::chrono::days{1});
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->size(), 3U);
}

TEST_P(CollectionStory, DataOfAnOutageOfTheBrokerGoesOutAsMeterDays) {
  story.advance(1min);
  story.advance(10s);
  story.broker(false);
  const auto before = story.published_on("/profile");
  story.advance(2 * 24h);
  perhaps_restart();
  story.broker(true);
  story.advance(1min);
  const auto sent = story.published_on("/profile") - before;
  EXPECT_GE(sent, 2U);
  EXPECT_LE(sent, 8U);
  EXPECT_EQ(story.ledger().outbox_size()->data_days, 0U);
}

TEST_P(CollectionStory, NothingOfASwappedMeterIsStored) {
  story.advance(1min);
  story.wire(Wire::Silent);
  story.advance(10min);
  story.swap_meter();
  perhaps_restart();
  story.wire(Wire::Healthy);
  const auto stored = story.stored();
  const auto before = story.ledger().profile_covered_to(stored.key, stored.epoch);
  story.advance(3h);
  EXPECT_EQ(*story.ledger().profile_covered_to(stored.key, stored.epoch), *before);
  EXPECT_EQ(story.gateway().find_meter(*MeterId::parse("m1"))->session.state(),
            session::State::WrongMeter);
}

TEST_P(CollectionStory, RelayIsUnknownUntilReadAndThenFollowsTheMeter) {
  EXPECT_EQ(story.stored().supply_reported, SupplyState::Unknown);
  story.advance(1min);
  EXPECT_EQ(story.stored().supply_reported, SupplyState::On);
  perhaps_restart();
  story.meter().open_cover(story.now_s());
  story.advance(20min);
  EXPECT_EQ(story.stored().supply_reported, SupplyState::Off);
  EXPECT_TRUE(story.stored().supply_causes.has(SupplyCauses::kTamper));
}

TEST(CollectionTroubles, TimeBeforeAYoungMetersFirstIntervalIsNoHole) {
  Story story{{.history = std::chrono::days{0}}};
  story.advance(5h);
  const StoredMeter stored = story.stored();
  EXPECT_TRUE(story.ledger().holes(stored.key, stored.epoch)->empty());
  EXPECT_EQ(story.ledger()
                .profile(stored.key, stored.epoch, story.now_s() - 5h, story.now_s() - 1h)
                ->size(),
            story.meter().intervals(story.now_s() - 5h, story.now_s() - 1h).size());
}

/// Every interval of the meter between the two times is in the ledger.
void expect_no_gap(Story& story, UtcSeconds from, UtcSeconds to) {
  const StoredMeter stored = story.stored();
  EXPECT_EQ(story.ledger().profile(stored.key, stored.epoch, from, to)->size(),
            story.meter().intervals(from, to).size());
}

TEST(CollectionTroubles, ReadOfALaterStretchLeavesNoGapBeforeIt) {
  Story story{{.schedule = "profile_s = 43200\ndaily_s = 43200"}};
  story.advance(5min);
  const UtcSeconds begin = story.now_s();
  story.advance(6h);
  story.command(
      "read", "r1",
      R"("params":{"what":["profile"],"from":")" + rfc3339::text(story.now() - 1h) + R"("})");
  story.advance(1min);
  ASSERT_THAT(story.states_of("r1"), HasSubstr("succeeded"));
  story.advance(13h);
  expect_no_gap(story, begin - 24h, story.now_s() - 8h);
}

TEST(CollectionTroubles, ReadBeforeTheFirstCollectionLeavesTheBackFillToDo) {
  Story story;
  story.command("read", "r1",
                R"("params":{"what":["profile","daily"],"from":")" +
                    rfc3339::text(story.now() - 2h) + R"("})");
  story.advance(1h);
  ASSERT_THAT(story.states_of("r1"), HasSubstr("succeeded"));
  expect_no_gap(story, story.now_s() - 46h, story.now_s() - 1h);
  const StoredMeter stored = story.stored();
  const auto today = std::chrono::floor<std::chrono::days>(story.now());
  EXPECT_EQ(story.ledger()
                .daily(stored.key, stored.epoch, today - std::chrono::days{1},
                       today + std::chrono::days{1})
                ->size(),
            2U);
}

TEST(CollectionTroubles, ReadFromBeforeTheMetersFirstIntervalMakesNoHole) {
  Story story{{.history = std::chrono::days{0}}};
  story.advance(3h);
  story.command(
      "read", "r1",
      R"("params":{"what":["profile"],"from":")" + rfc3339::text(story.now() - 48h) + R"("})");
  story.advance(10min);
  ASSERT_THAT(story.states_of("r1"), HasSubstr("succeeded"));
  const StoredMeter stored = story.stored();
  EXPECT_TRUE(story.ledger().holes(stored.key, stored.epoch)->empty());
}

TEST(CollectionTroubles, SwappedMeterIsAnAlarmOnTheAlarmTopic) {
  Story story;
  story.advance(1min);
  ASSERT_EQ(story.published_on("/alarm"), 0U);
  story.swap_meter();
  story.advance(1h);
  EXPECT_EQ(story.published_on("/alarm"), 1U);
  EXPECT_THAT(story.last_on("/alarm"), AllOf(HasSubstr("MG0205"), HasSubstr(R"("meter":"m1")")));
}

TEST(CollectionTroubles, ClockOfTheBoxThatWasSetIsAnAlarm) {
  Story story;
  story.advance(3min);
  story.step_wall_clock(1h);
  story.advance(3min);
  EXPECT_THAT(story.last_on("/alarm"), AllOf(HasSubstr("MG0006"), HasSubstr("3600.0")));
}

TEST(CollectionTroubles, DriftingClockIsAnAlarmOnceAndIsSetWhereTheScheduleAllowsIt) {
  // 1 % fast: a minute is gained in less than two hours.
  Story story{{.clock_drift_ppm = 10'000,
               .schedule = "clock_s = 900\nclock_drift_limit_s = 60\nclock_set = true"}};
  story.advance(5h);
  const auto offset = story.stored().clock_offset_ms;
  ASSERT_TRUE(offset);
  EXPECT_LT(std::abs(*offset), 75'000);
  EXPECT_GE(story.published_on("/alarm"), 2U);
  EXPECT_LE(story.published_on("/alarm"), 4U);
  EXPECT_GE(story.published_on("/result/clock-m1-"), 4U);
}

}  // namespace
}  // namespace metergate::test
