// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/turn_round.hpp"

#include <gtest/gtest.h>

namespace metergate {
namespace {

using namespace std::chrono_literals;

constexpr auto kCharacter = 1146us;  // at 9600 baud

TurnRound steady(std::chrono::nanoseconds time) {
  TurnRound turn_round;
  for (int i = 0; i < 4; ++i) turn_round.began_after(time, kCharacter);
  return turn_round;
}

TEST(TurnRound, IsExpectedOnceFourAnswersBeganAlike) {
  TurnRound turn_round;
  for (const auto time : {10000us, 9900us, 10200us}) {
    turn_round.began_after(time, kCharacter);
    EXPECT_FALSE(turn_round.expected());
  }
  turn_round.began_after(10ms, kCharacter);
  EXPECT_EQ(turn_round.expected(), 9900us) << "the earliest: too late would cost the line";
}

TEST(TurnRound, AMeterThatTakesItsTimeAsItComesIsNeverExpected) {
  TurnRound turn_round;
  for (int i = 0; i < 100; ++i) {
    turn_round.began_after(i % 3 == 2 ? 15ms : 10ms, kCharacter);
    EXPECT_FALSE(turn_round.expected());
  }
}

TEST(TurnRound, TheEndIsFeltForWithinAHairsBreadth) {
  TurnRound turn_round = steady(10ms);
  int early = 0;
  for (int i = 0; i < 900; ++i) {
    const auto expected = *turn_round.expected();
    if (expected >= 9500us) {
      turn_round.was_there();
    } else {
      ++early;
      turn_round.was_early(9500us - expected, kCharacter);
    }
  }
  EXPECT_NEAR(early, 90, 20) << "once in nine times";
  EXPECT_GE(*turn_round.expected(), 9495us);
  EXPECT_LE(*turn_round.expected(), 9540us);
}

TEST(TurnRound, IsForgottenWhenMuchIsStillToComeOrNothingComes) {
  TurnRound turn_round = steady(10ms);
  turn_round.was_early(2 * kCharacter, kCharacter);
  EXPECT_TRUE(turn_round.expected());
  turn_round.was_early(3 * kCharacter, kCharacter);
  EXPECT_FALSE(turn_round.expected());
  turn_round = steady(10ms);
  turn_round.fell_silent();
  EXPECT_FALSE(turn_round.expected());
}

TEST(TurnRound, IsNeverNegative) {
  TurnRound turn_round = steady(1us);
  for (int i = 0; i < 10; ++i) turn_round.was_there();
  EXPECT_EQ(turn_round.expected(), 0us);
}

}  // namespace
}  // namespace metergate
