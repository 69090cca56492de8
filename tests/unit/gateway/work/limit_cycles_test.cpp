// SPDX-License-Identifier: Apache-2.0
#include "gateway/work/limit_cycles.hpp"

#include <gtest/gtest.h>

namespace metergate::work {
namespace {

using namespace std::chrono_literals;

constexpr UtcSeconds kNoon = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h;

TEST(LimitCycles, ToldAtTheThirdWithinAnHour) {
  LimitCycles cycles;
  EXPECT_FALSE(cycles.exceeded(kNoon, kNoon));
  EXPECT_FALSE(cycles.exceeded(kNoon + 6min, kNoon + 6min));
  EXPECT_EQ(cycles.exceeded(kNoon + 12min, kNoon + 12min), 3U);
}

TEST(LimitCycles, ToldOnceAnHour) {
  LimitCycles cycles;
  int told = 0;
  for (int i = 0; i < 15; ++i) {
    const UtcSeconds at = kNoon + 6min * i;  // 84 minutes
    if (cycles.exceeded(at, at)) ++told;
  }
  EXPECT_EQ(told, 2);
}

TEST(LimitCycles, OneInHalfAnHourIsNotTold) {
  LimitCycles cycles;
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(cycles.exceeded(kNoon + 31min * i, kNoon + 31min * i));
}

TEST(LimitCycles, WhatIsReadDaysLaterIsHistory) {
  LimitCycles cycles;
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(cycles.exceeded(kNoon + 1min * i, kNoon + 48h));
}

}  // namespace
}  // namespace metergate::work
