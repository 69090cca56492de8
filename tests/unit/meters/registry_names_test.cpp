// SPDX-License-Identifier: Apache-2.0
#include "meters/registry_names.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/change_names.hpp"

namespace metergate::registry {
namespace {

using Reason = NamesFault::Reason;

const std::vector<ChangeNames>& good_ones() {
  static const std::vector<ChangeNames> all{
      test::change_names("assign", {{"meter", "m1"}, {"location", "l1"}}),
      test::change_names("assign", {{"meter", "m1"}, {"location", "l1"}, {"customer", "c1"}}),
      test::change_names("unassign", {{"meter", "m1"}}),
      test::change_names("move-in", {{"location", "l1"}, {"customer", "c1"}}),
      test::change_names("move-out", {{"location", "l1"}, {"customer", "c1"}}),
      test::change_names("move", {{"location", "l1"}, {"new_location", "l2"}, {"customer", "c1"}}),
      test::change_names("replace", {{"meter", "m1"}, {"new_meter", "m2"}}),
      test::change_names("settle", {{"serial", "S-1"}, {"seat", "seen"}}),
  };
  return all;
}

Reason fault_of(const ChangeNames& names) {
  const auto request = request_of(names);
  EXPECT_FALSE(request) << names.change;
  return request ? Reason::UnknownWord : request.error().reason;
}

TEST(RegistryNames, EachRequestIsReadBackAsItWasWritten) {
  for (const ChangeNames& names : good_ones()) {
    const auto request = request_of(names);
    ASSERT_TRUE(request) << names.change;
    EXPECT_EQ(names_of(*request), names);
  }
}

RC_GTEST_PROP(RegistryNames, AnyNamesThatAreIdentifiersComeBack, ()) {
  ChangeNames names = *rc::gen::elementOf(good_ones());
  const auto letters = rc::gen::nonEmpty(
      rc::gen::container<std::string>(rc::gen::elementOf(std::string{"abcXYZ019_.-"})));
  for (const ChangeField& field : kChangeFields) {
    const bool is_word = field.word == "seat";
    if (!(names.*field.name).empty() && !is_word) {
      names.*field.name = (*letters).substr(0, 64);
    }
  }
  const auto request = request_of(names);
  RC_ASSERT(request.has_value());
  RC_ASSERT(names_of(*request) == names);
}

TEST(RegistryNames, ANameThatIsMissingIsToldAndTheCustomerOfAnAssignmentMayBe) {
  for (const ChangeNames& names : good_ones()) {
    for (const ChangeField& field : kChangeFields) {
      ChangeNames less = names;
      if ((less.*field.name).empty()) continue;
      (less.*field.name).clear();
      if (names.change == "assign" && field.word == "customer") {
        EXPECT_TRUE(request_of(less));
        continue;
      }
      const auto request = request_of(less);
      ASSERT_FALSE(request) << names.change << " without " << field.word;
      EXPECT_EQ(request.error().reason, Reason::Missing);
      EXPECT_EQ(request.error().field, field.word);
    }
  }
}

TEST(RegistryNames, ANameThatAChangeDoesNotTakeIsAMistake) {
  for (const ChangeNames& names : good_ones()) {
    for (const ChangeField& field : kChangeFields) {
      ChangeNames more = names;
      if (!(more.*field.name).empty()) continue;
      if (names.change == "assign" && field.word == "customer") continue;
      more.*field.name = "x";
      EXPECT_EQ(fault_of(more), Reason::NotForThisChange) << names.change << " " << field.word;
    }
  }
}

TEST(RegistryNames, WildcardsSlashesAndBlanksAreNoNames) {
  for (const char* wrong : {"a/b", "+", "#", "a b", "ä"}) {
    EXPECT_EQ(fault_of(test::change_names("unassign", {{"meter", wrong}})), Reason::NoIdentifier)
        << wrong;
  }
}

TEST(RegistryNames, UnknownWordsAreToldWithTheKnownOnes) {
  const auto change = request_of(test::change_names("forget", {{"meter", "m1"}}));
  ASSERT_FALSE(change);
  EXPECT_EQ(change.error().expected, "assign, unassign, move-in, move-out, move, replace, settle");
  const auto seat = request_of(test::change_names("settle", {{"serial", "S-1"}, {"seat", "lost"}}));
  ASSERT_FALSE(seat);
  EXPECT_EQ(seat.error().field, "seat");
}

}  // namespace
}  // namespace metergate::registry
