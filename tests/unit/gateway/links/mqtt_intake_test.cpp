// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/mqtt_intake.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <thread>

namespace metergate {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kRoom = 1'000;

MqttIntake::Instant after(MqttIntake::Instant::duration time) {
  return MqttIntake::Instant::clock::now() + time;
}

TEST(MqttIntakeTest, WhatDoesNotFitWaitsAndEntersAllTheSame) {
  MqttIntake intake{kRoom};
  EXPECT_TRUE(intake.enter(600, after(1h)));
  const auto until = after(30ms);
  EXPECT_TRUE(intake.enter(600, until));
  EXPECT_GE(MqttIntake::Instant::clock::now(), until);
}

TEST(MqttIntakeTest, WhatIsLargerThanAllRoomGoesAlone) {
  MqttIntake intake{kRoom};
  EXPECT_TRUE(intake.enter(10 * kRoom, after(1h)));
}

TEST(MqttIntakeTest, WhatTheLoopTakesMakesRoom) {
  MqttIntake intake{kRoom};
  ASSERT_TRUE(intake.enter(600, after(1h)));
  std::thread loop{[&] { intake.taken(600); }};
  EXPECT_TRUE(intake.enter(600, after(1h)));
  loop.join();
}

TEST(MqttIntakeTest, AReleaseEndsTheWaitOfItsMessageAlone) {
  MqttIntake intake{kRoom};
  const auto first = intake.enter(1, after(1h)).value();
  const auto second = intake.enter(1, after(1h)).value();
  std::thread loop{[&] { intake.release(first); }};
  EXPECT_TRUE(intake.wait_for_release(first, after(1h)));
  loop.join();
  EXPECT_FALSE(intake.wait_for_release(second, after(1ms)));
}

// Otherwise those behind it would be dealt with before it.
TEST(MqttIntakeTest, BehindAMessageThatIsLeftAllAreLeft) {
  MqttIntake intake{kRoom};
  const auto first = intake.enter(1, after(1h)).value();
  ASSERT_FALSE(intake.wait_for_release(first, after(1ms)));
  EXPECT_FALSE(intake.enter(1, after(1h)));
  EXPECT_TRUE(intake.close()) << "one is left to the broker";
}

TEST(MqttIntakeTest, ClosedItTakesNothingAndHoldsNobodyUp) {
  MqttIntake intake{kRoom};
  const auto message = intake.enter(kRoom, after(1h)).value();
  std::thread loop{[&] { static_cast<void>(intake.close()); }};
  EXPECT_FALSE(intake.wait_for_release(message, after(1h)));
  loop.join();
  EXPECT_FALSE(intake.enter(1, after(1h)));
}

TEST(MqttIntakeTest, NothingIsLeftWhereNothingWaited) {
  MqttIntake intake{kRoom};
  const auto message = intake.enter(1, after(1h)).value();
  intake.release(message);
  ASSERT_TRUE(intake.wait_for_release(message, after(1h)));
  EXPECT_FALSE(intake.close());
}

TEST(MqttIntakeTest, WhereNobodyMayWaitWhatHasRoomGoesOnAndTheRestIsLeft) {
  MqttIntake intake{kRoom};
  const MqttIntake::NobodyWaits meanwhile;
  EXPECT_TRUE(intake.enter(600, after(1h)));
  EXPECT_FALSE(intake.enter(600, after(1h)));
  EXPECT_FALSE(intake.enter(1, after(1h))) << "it came later";
}

TEST(MqttIntakeTest, AWaitEndsWhenNobodyMayWaitAnyMore) {
  MqttIntake full{kRoom};
  const auto message = full.enter(kRoom, after(1h)).value();
  std::optional<MqttIntake::NobodyWaits> meanwhile;
  std::thread stop{[&] { meanwhile.emplace(); }};
  EXPECT_FALSE(full.wait_for_release(message, after(1h)));
  stop.join();
}

}  // namespace
}  // namespace metergate
