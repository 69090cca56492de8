// SPDX-License-Identifier: Apache-2.0
#include "storage/blobs/profile_points.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace metergate {
namespace {

rc::Gen<std::vector<ProfilePoint>> any_points() {
  return rc::gen::map(rc::gen::container<std::vector<std::tuple<int, int, int, int>>>(
                          rc::gen::tuple(rc::gen::inRange(0, 20), rc::gen::inRange(0, 3),
                                         rc::gen::inRange(0, 100), rc::gen::inRange(0, 64))),
                      [](const std::vector<std::tuple<int, int, int, int>>& raw) {
                        std::vector<ProfilePoint> out;
                        for (const auto& [start, channel, value, marks] : raw) {
                          out.push_back({UtcSeconds{std::chrono::seconds{start * 1800}},
                                         channel,
                                         value,
                                         {static_cast<std::uint16_t>(marks)}});
                        }
                        put_in_order(out);
                        return out;
                      });
}

bool strictly_ascending(const std::vector<ProfilePoint>& points) {
  return std::adjacent_find(points.begin(), points.end(), [](const auto& a, const auto& b) {
           return a.key() >= b.key();
         }) == points.end();
}

TEST(ProfilePoints, MergingKeepsEachKeyOnceInOrder) {
  EXPECT_TRUE(rc::check(
      [] { RC_ASSERT(strictly_ascending(merge_points(*any_points(), *any_points()).points)); }));
}

TEST(ProfilePoints, MergingTwiceChangesNothing) {
  EXPECT_TRUE(rc::check([] {
    const auto later = *any_points();
    const auto once = merge_points(*any_points(), later);
    const auto twice = merge_points(once.points, later);
    RC_ASSERT(twice.points == once.points);
    RC_ASSERT(twice.changed.empty());
  }));
}

TEST(ProfilePoints, NoKeyIsLost) {
  EXPECT_TRUE(rc::check([] {
    const auto stored = *any_points();
    const auto later = *any_points();
    const auto merged = merge_points(stored, later).points;
    for (const auto* list : {&stored, &later}) {
      for (const ProfilePoint& point : *list) {
        RC_ASSERT(std::any_of(merged.begin(), merged.end(),
                              [&](const auto& m) { return m.key() == point.key(); }));
      }
    }
  }));
}

TEST(ProfilePoints, AnEstimateGivesWayToTheMeasuredValueButNotTheOtherWayRound) {
  const ProfilePoint estimated{{}, 1, 100, {IntervalMarks::kEstimated}};
  const ProfilePoint measured{{}, 1, 117, {}};
  EXPECT_EQ(merge_points({{estimated}}, {{measured}}).points.front(), measured);
  EXPECT_EQ(merge_points({{measured}}, {{estimated}}).points.front(), measured);
}

TEST(ProfilePoints, AnotherValueWithTheSameReservationsDoesNotRewriteHistory) {
  const ProfilePoint first{{}, 1, 100, {}};
  const ProfilePoint second{{}, 1, 200, {}};
  const auto merged = merge_points({{first}}, {{second}});
  EXPECT_EQ(merged.points.front(), first);
  EXPECT_TRUE(merged.changed.empty());
}

TEST(ProfilePoints, SummerTimeIsNoReservation) {
  EXPECT_FALSE(later_is_better({IntervalMarks::kDaylightSaving}, {}));
}

}  // namespace
}  // namespace metergate
