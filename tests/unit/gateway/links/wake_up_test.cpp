// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/wake_up.hpp"

#include <gtest/gtest.h>

#include <random>

namespace metergate {
namespace {

using namespace std::chrono_literals;

TEST(WakeUp, IsAskedForAsMuchEarlierAsItComesLate) {
  WakeUp wake_up;
  EXPECT_EQ(wake_up.lead(), 0ns);
  for (int i = 0; i < 1'000; ++i) wake_up.came(80us);
  EXPECT_GE(wake_up.lead(), 70us);
  EXPECT_LE(wake_up.lead(), 81us);
}

TEST(WakeUp, ComesTooEarlyOnceInNineTimesAndHardlySo) {
  WakeUp wake_up;
  std::mt19937 random{7};
  std::uniform_int_distribution<int> late_us{60, 120};
  int early = 0;
  std::chrono::nanoseconds awake{0};
  constexpr int kTimes = 9'000;
  for (int i = 0; i < kTimes + 1'000; ++i) {
    const std::chrono::microseconds late{late_us(random)};
    if (i >= 1'000 && late < wake_up.lead()) {
      ++early;
      awake += wake_up.lead() - late;
    }
    wake_up.came(late);
  }
  EXPECT_NEAR(early, kTimes / 9, kTimes / 90);
  EXPECT_LT(awake / kTimes, 2us);
}

TEST(WakeUp, AMachineThatStoodStillIsNotTakenForSlow) {
  WakeUp wake_up;
  for (int i = 0; i < 10'000; ++i) wake_up.came(50ms);
  EXPECT_LE(wake_up.lead(), 200us);
  for (int i = 0; i < 100; ++i) wake_up.came(5us);
  EXPECT_LE(wake_up.lead(), 10us);
}

}  // namespace
}  // namespace metergate
