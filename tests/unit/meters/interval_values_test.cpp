// SPDX-License-Identifier: Apache-2.0
#include "meters/interval_values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace metergate {
namespace {

IntervalValue value_of(int number) {
  const auto group = static_cast<std::uint8_t>(number);
  return {cosem::ObisCode{{1, 0, group, 29, 0, 255}}, number, {IntervalMarks::kDoubtful}};
}

IntervalValues values_to(int count) {
  IntervalValues values;
  for (int i = 0; i < count; ++i) values.push_back(value_of(i));
  return values;
}

RC_GTEST_PROP(IntervalValues, AreWhatWasPutInInItsOrder, ()) {
  const auto numbers = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 255));
  IntervalValues values;
  std::vector<IntervalValue> expected;
  for (const int number : numbers) {
    values.push_back(value_of(number));
    expected.push_back(value_of(number));
    RC_ASSERT(values.back() == expected.back());
  }
  RC_ASSERT(values.size() == expected.size());
  RC_ASSERT(values.empty() == expected.empty());
  RC_ASSERT(std::ranges::equal(values, expected));
  for (std::size_t i = 0; i < expected.size(); ++i) RC_ASSERT(values[i] == expected[i]);
}

// In place, just full, and on the heap.
class SomeIntervalValues : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Counts, SomeIntervalValues, testing::Values(0, 1, 2, 3, 9));

TEST_P(SomeIntervalValues, AreKeptByACopyAndByAMove) {
  const IntervalValues original = values_to(GetParam());
  IntervalValues copy = original;
  EXPECT_EQ(copy, original);
  const IntervalValues moved = std::move(copy);
  EXPECT_EQ(moved, original);
  IntervalValues other = values_to(4);
  other = original;
  EXPECT_EQ(other, original);
  other.push_back(value_of(200));
  EXPECT_NE(other, original);
  EXPECT_EQ(original.size(), static_cast<std::size_t>(GetParam()));
}

TEST_P(SomeIntervalValues, CanBeFilledAgainAfterTheyWereMovedAway) {
  IntervalValues values = values_to(GetParam());
  const IntervalValues taken = std::move(values);
  values = {value_of(7), value_of(8), value_of(9)};
  EXPECT_THAT(values, testing::ElementsAre(value_of(7), value_of(8), value_of(9)));
  EXPECT_EQ(taken.size(), static_cast<std::size_t>(GetParam()));
}

TEST(IntervalValues, DifferWhereAnyOfThemDoes) {
  const IntervalValues two{value_of(1), value_of(2)};
  EXPECT_NE(two, (IntervalValues{value_of(1)}));
  EXPECT_NE(two, (IntervalValues{value_of(2), value_of(1)}));
  EXPECT_EQ(two, (IntervalValues{value_of(1), value_of(2)}));
}

}  // namespace
}  // namespace metergate
