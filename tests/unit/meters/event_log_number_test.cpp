// SPDX-License-Identifier: Apache-2.0
#include "meters/event_log_number.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace metergate::timed_log {
namespace {

constexpr UtcSeconds kTime{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};
constexpr std::chrono::seconds kSecond{1};

TEST(EventLogNumber, EntriesOfOneSecondAreToldApart) {
  Numbering numbers;
  const std::uint32_t first = numbers.next(kTime);
  EXPECT_EQ(numbers.next(kTime), first + 1);
  EXPECT_EQ(numbers.next(kTime), first + 2) << "a crowd";
  EXPECT_EQ(numbers.next(kTime + kSecond), first + 3);
  EXPECT_EQ(numbers.next(kTime + 10 * kSecond), first + 20);
}

TEST(EventLogNumber, AClockSetBackByLessThanAnHourHidesNothing) {
  Numbering numbers;
  const std::uint32_t before = numbers.next(kTime);
  const UtcSeconds set_back = kTime - std::chrono::minutes{40};
  EXPECT_EQ(numbers.next(set_back), before + 1);
  EXPECT_LE(read_from(before), set_back);
}

TEST(EventLogNumber, ARowKeepsItsNumberWhereverReadingBegins) {
  Numbering all;
  std::vector<std::uint32_t> told;
  for (int i = 0; i < 5; ++i) told.push_back(all.next(kTime));
  told.push_back(all.next(kTime + 2 * kSecond));
  // From where the last one known is read again, those of its second are there too.
  EXPECT_LE(read_from(told.back()), kTime);
  Numbering again;
  for (const std::uint32_t number : {told[0], told[1], told[2], told[3], told[4]}) {
    EXPECT_EQ(again.next(kTime), number);
  }
}

TEST(EventLogNumber, TimesThatAreNoneHaveNumbersToo) {
  Numbering numbers;
  EXPECT_EQ(numbers.next(UtcSeconds{}), 1U) << "before 2000";
  EXPECT_EQ(numbers.next(UtcSeconds{}), 2U);
  EXPECT_EQ(read_from(0), kFirst);
  EXPECT_EQ(read_from(2), kFirst);
  EXPECT_EQ(numbers.next(kFirst + std::chrono::years{100}), 0xFFFF'0000U);
}

}  // namespace
}  // namespace metergate::timed_log
