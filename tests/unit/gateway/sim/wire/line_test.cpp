// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/wire/line.hpp"

#include <gtest/gtest.h>

namespace metergate::sim {
namespace {

using namespace std::chrono_literals;

TEST(WireTimingTest, BlocksArriveWhenTheirLastOctetHasPassed) {
  WireSettings settings;
  settings.block_octets = 8;
  const WireTiming timing{settings};
  const WireTime start{};
  const auto plan = timing.handovers(20, start);
  ASSERT_EQ(plan.size(), 3U);
  EXPECT_EQ(plan[0].at, start + timing.characters(8));
  EXPECT_EQ(plan[2].at, start + timing.characters(20));
  EXPECT_EQ(plan[2].up_to, 20U);
}

TEST(WireTimingTest, AdapterKeepsOctetsUntilItsTimerOrAFullPacket) {
  WireSettings settings;
  settings.baud = 115'200;
  settings.latency_timer = 16ms;
  const WireTiming timing{settings};
  const WireTime start{};
  const auto plan = timing.handovers(85, start);
  ASSERT_EQ(plan.size(), 2U);
  EXPECT_EQ(plan[0].up_to, 62U);
  EXPECT_EQ(plan[0].at, start + timing.characters(62));
  EXPECT_EQ(plan[1].at, start + timing.characters(63) + 16ms);

  settings.baud = 9'600;  // 14 octets pass before the timer, 62 never
  const auto slow = WireTiming{settings}.handovers(85, start);
  EXPECT_EQ(slow.size(), 7U);
  EXPECT_EQ(slow.back().up_to, 85U);
}

TEST(WireTimingTest, TurnRoundIsNeverShorterThanTheSilence) {
  WireSettings settings;
  settings.turn_round = 0ms;
  EXPECT_EQ(WireTiming{settings}.turn_round(), WireTiming{settings}.silence());
}

TEST(WireTimingTest, ScaleDividesEveryTime) {
  WireSettings settings;
  settings.time_scale = 20;
  const WireTiming timing{settings};
  EXPECT_NEAR(static_cast<double>(timing.characters(96).count()), 110e6 / 20, 100.0);
  EXPECT_EQ(timing.turn_round(), 500us);
  settings.paced = false;
  EXPECT_EQ(WireTiming{settings}.characters(96), 0ns);
}

}  // namespace
}  // namespace metergate::sim
