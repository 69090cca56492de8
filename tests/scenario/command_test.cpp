// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocols/iso8601/rfc3339.hpp"
#include "tests/scenario/story.hpp"

namespace metergate::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class CommandStory : public ToldStory {};

INSTANTIATE_TEST_SUITE_P(Told, CommandStory, kVersions, version_name);

TEST_P(CommandStory, TokenReachesTheMeterOnceAndItsOutcomeIsTold) {
  story.advance(30s);
  story.command("deliver-token", "t1", kToken);
  perhaps_restart();
  story.advance(30s);
  EXPECT_THAT(story.states_of("t1"), HasSubstr("succeeded"));
  EXPECT_THAT(story.states_of("t1"), HasSubstr("accepted scheduled sending"));
  EXPECT_EQ(story.tokens_seen(), 1U);
}

TEST_P(CommandStory, LostAnswerIsSettledByReadingAndNotBySendingAgain) {
  story.advance(30s);
  story.next_write(Wire::AnswersAreLost);
  story.command("deliver-token", "t1", kToken);
  story.advance(1s);
  perhaps_restart();
  story.advance(2min);
  EXPECT_THAT(story.states_of("t1"), HasSubstr("unconfirmed"));
  EXPECT_THAT(story.last_of("t1"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_THAT(story.last_of("t1"), HasSubstr("read-back"));
  EXPECT_EQ(story.tokens_seen(), 1U);
}

TEST_P(CommandStory, OrderThatProvablyNeverArrivedIsSentAgainUnderANewTransaction) {
  story.advance(30s);
  story.next_write(Wire::Silent);
  story.command("deliver-token", "t1", kToken);
  story.advance(1s);
  perhaps_restart();
  story.advance(2min);
  EXPECT_THAT(story.states_of("t1"), HasSubstr("unconfirmed accepted scheduled sending succeeded"));
  EXPECT_THAT(story.last_of("t1"), HasSubstr(R"("transaction":2)"));
  EXPECT_EQ(story.tokens_seen(), 1U);
}

TEST_P(CommandStory, LineThatGoesAfterTheOrderWasTakenDoesNotMakeItGoTwice) {
  story.advance(30s);
  story.next_write(Wire::GoneAfter);
  story.command("deliver-token", "t1", kToken);
  story.advance(1s);
  perhaps_restart();
  story.advance(1min);
  EXPECT_THAT(story.states_of("t1"), testing::EndsWith("sending unconfirmed"));
  story.wire(Wire::Healthy);
  story.advance(5min);
  EXPECT_THAT(story.states_of("t1"), testing::EndsWith("sending unconfirmed succeeded"));
  EXPECT_EQ(story.tokens_seen(), 1U);
}

TEST_P(CommandStory, NewBoxGoesOnAboveTheTransactionsTheMeterHasSeen) {
  story.advance(30s);
  story.command("deliver-token", "t1", kToken);
  story.advance(30s);
  ASSERT_THAT(story.last_of("t1"), HasSubstr(R"("state":"succeeded")"));
  story.new_box();
  story.command("deliver-token", "t2", kOtherToken);
  perhaps_restart();
  story.advance(1min);
  EXPECT_THAT(story.last_of("t2"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_THAT(story.last_of("t2"), HasSubstr(R"("transaction":2)"));
  EXPECT_EQ(story.tokens_seen(), 2U);
}

TEST_P(CommandStory, OrderBehindAnotherMastersIsSentAgainAboveIt) {
  story.advance(30s);
  story.command("deliver-token", "t1", kToken);
  story.advance(30s);
  ASSERT_EQ(story.tokens_seen(), 1U);
  static_cast<void>(
      story.meter().perform(operation::OperateRelay{SupplyState::Off, 40}, story.now_s()));
  story.command("deliver-token", "t2", kOtherToken);
  perhaps_restart();
  story.advance(2min);
  EXPECT_THAT(story.last_of("t2"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_THAT(story.last_of("t2"), HasSubstr(R"("transaction":41)"));
}

TEST_P(CommandStory, NothingIsSentAgainAfterItsTime) {
  story.advance(30s);
  story.next_write(Wire::Silent);
  story.command("deliver-token", "t1", kToken, 10s);
  story.advance(1s);
  ASSERT_THAT(story.states_of("t1"), HasSubstr("sending"));
  story.wire(Wire::Silent);
  perhaps_restart();
  story.advance(1min);
  story.wire(Wire::Healthy);
  story.advance(5min);
  EXPECT_THAT(story.states_of("t1"), testing::EndsWith("unconfirmed accepted expired"));
  EXPECT_EQ(story.tokens_seen(), 0U);
}

TEST_P(CommandStory, AnswerThatIsRefusedWhereItWasWantedGoesToTheMetersResultTopic) {
  story.advance(30s);
  story.forbid_topic("billing/answers");
  const std::string payload = R"({"id":"r1","issued_at":")" + rfc3339::text(story.now()) +
                              R"(","expires_at":")" + rfc3339::text(story.now() + 1h) +
                              R"(","params":{"what":["clock"]}})";
  story.raw_command("metergate/v1/s1/meter/m1/command/read", payload, false, "billing/answers");
  perhaps_restart();
  story.advance(1min);
  EXPECT_EQ(story.published_on("billing/answers"), 0U);
  EXPECT_THAT(story.states_of("r1"), testing::EndsWith("succeeded"));
  EXPECT_EQ(story.ledger().outbox_size()->messages, 0U) << "nothing is stuck";
}

TEST_P(CommandStory, SilentMeterGetsItsTokenWhenItComesBack) {
  story.advance(30s);
  story.wire(Wire::Silent);
  story.command("deliver-token", "t1", kToken, 1h);
  story.advance(5min);
  EXPECT_EQ(story.tokens_seen(), 0U);
  perhaps_restart();
  story.wire(Wire::Healthy);
  story.advance(3min);
  EXPECT_THAT(story.last_of("t1"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_EQ(story.tokens_seen(), 1U);
}

TEST_P(CommandStory, CommandOfASilentMeterExpiresUnsent) {
  story.wire(Wire::Silent);
  story.advance(30s);
  story.command("deliver-token", "t1", kToken, 1min);
  perhaps_restart();
  story.advance(5min);
  story.wire(Wire::Healthy);
  story.advance(5min);
  EXPECT_THAT(story.last_of("t1"), HasSubstr(R"("state":"expired")"));
  EXPECT_EQ(story.tokens_seen(), 0U);
}

TEST_P(CommandStory, RepeatedIdIsAnsweredWithTheFirstOutcome) {
  story.advance(30s);
  const std::string payload = R"({"id":"t1","issued_at":")" + rfc3339::text(story.now()) +
                              R"(","expires_at":")" + rfc3339::text(story.now() + 10min) +
                              R"(","operator":"v","work_order":"W",)" + kToken + "}";
  story.raw_command("metergate/v1/s1/meter/m1/command/deliver-token", payload);
  story.advance(30s);
  perhaps_restart();
  story.raw_command("metergate/v1/s1/meter/m1/command/deliver-token", payload);
  story.advance(30s);
  EXPECT_THAT(story.states_of("t1"), HasSubstr("succeeded succeeded"));
  EXPECT_EQ(story.tokens_seen(), 1U);
}

TEST_P(CommandStory, SameIdWithAnotherContentIsRefused) {
  story.advance(30s);
  story.command("deliver-token", "t1", kToken);
  perhaps_restart();
  story.command("deliver-token", "t1", kOtherToken);
  story.advance(1s);
  EXPECT_THAT(story.states_of("t1"), HasSubstr("refused"));
  story.advance(1min);
  EXPECT_EQ(story.tokens_seen(), 1U);
}

TEST_P(CommandStory, SameDigitsUnderAnotherIdAreRefusedUnlessAskedForByName) {
  story.advance(30s);
  story.command("deliver-token", "t1", kToken);
  story.advance(30s);
  perhaps_restart();
  story.command("deliver-token", "t2", kToken);
  story.advance(30s);
  EXPECT_THAT(story.last_of("t2"), HasSubstr("duplicate-token"));
  EXPECT_EQ(story.tokens_seen(), 1U);
  story.command("deliver-token", "t3",
                R"("params":{"token":"73946144332040217315","allow_repeat":true})");
  story.advance(30s);
  EXPECT_THAT(story.last_of("t3"), HasSubstr(R"("meter_reason":"duplicate")"));
}

TEST_P(CommandStory, TokensLeaveInTheOrderTheyWereAccepted) {
  story.wire(Wire::Silent);
  story.advance(1min);
  story.command("deliver-token", "t1", kToken, 1h);
  story.command("deliver-token", "t2", kOtherToken, 1h);
  perhaps_restart();
  story.advance(1min);
  story.wire(Wire::Healthy);
  story.advance(5min);
  ASSERT_EQ(story.tokens_seen(), 2U);
  EXPECT_EQ(story.meter().orders()[0].digits, "73946144332040217315");
  EXPECT_EQ(story.meter().orders()[1].digits, "73948959061972833313");
}

TEST_P(CommandStory, SwappedMeterIsNeverWrittenTo) {
  story.advance(30s);
  story.swap_meter();
  story.command("deliver-token", "t1", kToken);
  perhaps_restart();
  story.advance(1min);
  EXPECT_THAT(story.last_of("t1"), HasSubstr("wrong-meter"));
  EXPECT_EQ(story.tokens_seen(), 0U);
}

TEST_P(CommandStory, RelayOrderIsReadBack) {
  story.advance(30s);
  story.command("set-relay", "r1", R"("params":{"state":"off"})");
  perhaps_restart();
  story.advance(30s);
  EXPECT_THAT(story.last_of("r1"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_EQ(story.meter().relay().state, SupplyState::Off);
  EXPECT_EQ(story.stored().supply_reported, SupplyState::Off);
  EXPECT_EQ(story.stored().supply_desired, SupplyState::Off);
}

TEST(RelayOrder, WhatItDidIsLookedAtAgainWhenTheAnswerIsLost) {
  Story story;
  story.advance(30s);
  int lost = 0;
  story.observe({.before = [&]() -> std::optional<Wire> {
    const auto order = *story.ledger().find_command(*CommandId::parse("r1"));
    if (!order || order->state != CommandState::Succeeded || lost == 2) return std::nullopt;
    ++lost;
    return Wire::AnswersAreLost;
  }});
  story.command("set-relay", "r1", R"("params":{"state":"off"})");
  story.advance(1min);
  EXPECT_EQ(story.states_of("r1"), "accepted scheduled sending succeeded");
  EXPECT_EQ(lost, 2);
  EXPECT_EQ(story.stored().supply_reported, SupplyState::Off);
}

TEST_P(CommandStory, TwentyFirstRelayOrderOfADayIsHeldBack) {
  story.advance(30s);
  for (int i = 0; i < 20; ++i) {
    story.command("set-relay", "r" + std::to_string(i),
                  i % 2 == 0 ? R"("params":{"state":"off"})" : R"("params":{"state":"armed"})");
    story.advance(20s);
  }
  perhaps_restart();
  story.command("set-relay", "r20", R"("params":{"state":"off"})");
  story.advance(20s);
  EXPECT_THAT(story.last_of("r20"), HasSubstr("relay-limit-reached"));
}

TEST_P(CommandStory, WaitingCommandIsCancelled) {
  story.wire(Wire::Silent);
  story.advance(1min);
  story.command("deliver-token", "t1", kToken, 1h);
  perhaps_restart();
  story.command("cancel", "c1", R"("params":{"command":"t1"})");
  story.advance(1min);
  story.wire(Wire::Healthy);
  story.advance(5min);
  EXPECT_THAT(story.last_of("t1"), HasSubstr(R"("state":"cancelled")"));
  EXPECT_THAT(story.last_of("c1"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_EQ(story.tokens_seen(), 0U);
}

TEST_P(CommandStory, ReadBringsRegistersRelayAndClock) {
  story.advance(30s);
  story.command("read", "q1", R"("params":{"what":["registers","relay","clock"]})");
  perhaps_restart();
  story.advance(30s);
  EXPECT_THAT(story.last_of("q1"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_THAT(story.last_of("q1"), HasSubstr("1-0:1.8.0*255"));
}

TEST_P(CommandStory, ReadOfASilentMeterWaitsUntilItIsHeardOrExpires) {
  story.wire(Wire::Silent);
  story.advance(30s);
  story.command("synchronise", "r1", "", 1h);
  story.command("read", "r2", R"("params":{"what":["relay"]})", 20min);
  story.advance(30min);
  perhaps_restart();
  EXPECT_THAT(story.last_of("r2"), HasSubstr(R"("state":"expired")"));
  story.wire(Wire::Healthy);
  story.advance(5min);
  EXPECT_THAT(story.last_of("r1"), HasSubstr(R"("state":"succeeded")"));
}

TEST_P(CommandStory, OutcomesWaitForTheBrokerAndComeInOrder) {
  story.advance(30s);
  story.broker(false);
  story.command("deliver-token", "t1", kToken);
  story.advance(1min);
  EXPECT_EQ(story.states_of("t1"), "");
  perhaps_restart();
  story.broker(true);
  story.advance(10s);
  EXPECT_EQ(story.states_of("t1"), "accepted scheduled sending succeeded");
}

TEST_P(CommandStory, MissingDeviceCostsNoTransmission) {
  story.wire(Wire::NotThere);
  story.advance(30s);
  story.command("deliver-token", "t1", kToken, 1h);
  story.advance(1min);
  perhaps_restart();
  story.wire(Wire::Healthy);
  story.advance(2min);
  EXPECT_THAT(story.last_of("t1"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_EQ(story.tokens_seen(), 1U);
}

TEST_P(CommandStory, WallClockJumpExpiresNothing) {
  story.wire(Wire::Silent);
  story.advance(30s);
  story.command("deliver-token", "t1", kToken, 1h);
  story.step_wall_clock(std::chrono::hours{24 * 365});
  story.advance(1min);
  story.wire(Wire::Healthy);
  story.advance(3min);
  EXPECT_THAT(story.last_of("t1"), HasSubstr(R"("state":"succeeded")"));
}

TEST_P(CommandStory, OrderWhoseTimeComesEarlyByAStepOfTheClockGoesWithinAMinute) {
  story.advance(30s);
  const std::string at = rfc3339::text(story.now_s() + 1h);
  story.command("deliver-token", "t1", fmt::format(R"("not_before":"{}",{})", at, kToken), 6h);
  perhaps_restart();
  story.advance(1min);
  EXPECT_THAT(story.states_of("t1"), testing::Not(HasSubstr("scheduled")));
  story.step_wall_clock(2h);
  story.advance(1min);
  EXPECT_THAT(story.last_of("t1"), HasSubstr(R"("state":"succeeded")"));
}

TEST_P(CommandStory, OrderWhoseTimeComesEarlyByAStepOfTheClockLeavesNoTimerBehind) {
  story.advance(30s);
  const std::string at = rfc3339::text(story.now_s() + 1h);
  story.command("deliver-token", "t1", fmt::format(R"("not_before":"{}",{})", at, kToken), 6h);
  story.step_wall_clock(2h);
  // The first attempt comes to nothing, and the order pauses; the second one wakes the lane.
  story.wire(Wire::NotThere);
  story.command("deliver-token", "t2", kOtherToken, 6h);
  story.advance(10s);
  perhaps_restart();
  story.wire(Wire::Healthy);
  story.advance(5min);
  EXPECT_THAT(story.last_of("t1"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_THAT(story.last_of("t2"), HasSubstr(R"("state":"succeeded")"));
  story.advance(2h);
  EXPECT_EQ(story.tokens_seen(), 2U);
}

TEST(BadCommand, EachIsRefusedWithItsReasonAndCostsNothing) {
  Story story;
  story.advance(30s);
  const auto refused_on = [&] { return story.published_on("/refused"); };
  story.raw_command("metergate/v1/s1/meter/m1/command/deliver-token", "not json");
  story.raw_command("metergate/v1/s1/meter/m1/command/deliver-token", R"({"id":"x"})", true);
  story.raw_command("metergate/v1/s1/meter/m1/command/deliver-token", std::string(100'000, ' '));
  story.raw_command("metergate/v1/s1/command/reboot", "{}");
  story.advance(1s);
  EXPECT_EQ(refused_on(), 4U);
  story.command("explode", "e1", "");
  story.command("deliver-token", "e2", R"("params":{"token":"123"})");
  story.command("deliver-token", "e3", R"("params":{"token":"73946144332040217316"})");
  story.command("set-relay", "e4", R"("params":{"state":"on"})");
  story.command("read", "e5", R"("params":{"what":["everything"]})");
  story.advance(1s);
  EXPECT_THAT(story.last_of("e1"), HasSubstr("unknown-verb"));
  EXPECT_THAT(story.last_of("e2"), HasSubstr("token-format"));
  EXPECT_THAT(story.last_of("e3"), HasSubstr("token-check-digit"));
  EXPECT_THAT(story.last_of("e4"), HasSubstr("unsupported-by-meter"));
  EXPECT_THAT(story.last_of("e5"), HasSubstr("out-of-range"));
  EXPECT_EQ(story.tokens_seen(), 0U);
  EXPECT_TRUE(story.ledger().live_commands()->empty());
}

}  // namespace
}  // namespace metergate::test
