// SPDX-License-Identifier: Apache-2.0
#include "storage/salvage/meter_names.hpp"

#include <gtest/gtest.h>

namespace metergate::salvage {
namespace {

using From = GivenName::From;
using Left = std::map<std::int64_t, NamesLeft>;

GivenName named(const Left& left, const std::set<std::string>& mentioned = {}) {
  return give_names(left, mentioned).at(1);
}

TEST(MeterNames, ThatAgreeStay) {
  EXPECT_EQ(named({{1, {"m1", "m1"}}}).id, "m1");
  EXPECT_EQ(named({{1, {"m1", "m1"}}}).from, From::Record);
  EXPECT_EQ(named({{1, {"m1", ""}}}).id, "m1") << "the index is lost";
}

TEST(MeterNames, ThatAreNoneAreTakenFromTheIndex) {
  for (const char* damaged : {"m#", "m\xFF", "", "m/1"}) {
    const auto given = named({{1, {damaged, "m1"}}});
    EXPECT_EQ(given.id, "m1") << damaged;
    EXPECT_EQ(given.from, From::Index) << damaged;
  }
}

TEST(MeterNames, ThatBecameAnothersGoBackToTheirOwn) {
  const auto names = give_names({{1, {"m3", "m1"}}, {3, {"m3", "m3"}}}, {});
  EXPECT_EQ(names.at(1).id, "m1");
  EXPECT_EQ(names.at(3).id, "m3");
  EXPECT_EQ(named({{1, {"m1", "m3"}}, {3, {"m3", "m3"}}}).id, "m1") << "or the index's entry did";
}

TEST(MeterNames, OfWhichEitherMayBeDamagedAreJudgedByWhatOthersMention) {
  EXPECT_EQ(named({{1, {"m1", "q1"}}}, {"q1"}).id, "q1");
  EXPECT_EQ(named({{1, {"m1", "q1"}}}, {"m1"}).rival, "");
  EXPECT_EQ(named({{1, {"m1", "q1"}}}).id, "m1");
  EXPECT_EQ(named({{1, {"m1", "q1"}}}).rival, "q1");
}

TEST(MeterNames, ThatAreDamagedInBothPlacesAreFoundWhereOthersMentionThem) {
  const auto given = named({{1, {"house#17", ""}}}, {"house-17", "house-18", "other"});
  EXPECT_EQ(given.id, "house-17");
  EXPECT_EQ(given.from, From::Elsewhere);
}

// What is one tenant's must not come under the meter of another.
TEST(MeterNames, ThatCouldBeMoreThanOneAreNoneOfThem) {
  EXPECT_EQ(named({{1, {"house-1#", ""}}}, {"house-17", "house-18"}).id, "lost-meter-1");
  EXPECT_EQ(
      named({{1, {"house-1#", ""}}, {2, {"house-18", "house-18"}}}, {"house-17", "house-18"}).id,
      "house-17")
      << "one of them is another's";
  const auto both = give_names({{1, {"m3", ""}}, {3, {"m3", ""}}}, {"m1", "m3"});
  EXPECT_EQ(both.at(1).id, "lost-meter-1");
  EXPECT_EQ(both.at(3).id, "lost-meter-3");
}

TEST(MeterNames, ThatAreMadeUpAreNobodys) {
  const auto names = give_names({{1, {}}, {2, {"lost-meter-1", "lost-meter-1"}}}, {});
  EXPECT_EQ(names.at(1).id, "lost-meter-1_");
  EXPECT_EQ(names.at(1).from, From::Nowhere);
  EXPECT_EQ(names.at(2).id, "lost-meter-1");
}

}  // namespace
}  // namespace metergate::salvage
