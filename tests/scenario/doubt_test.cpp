// SPDX-License-Identifier: Apache-2.0
/// Orders of which nobody knows whether they arrived, and what may happen meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocols/iso8601/rfc3339.hpp"
#include "tests/scenario/story.hpp"

namespace metergate::test {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;

class DoubtStory : public ToldStory {
 protected:
  /// Taken by the meter, and no answer came: in doubt until the wire is healthy.
  void send_into_doubt(const std::string& verb, const std::string& id, const std::string& params) {
    story.next_write(Wire::GoneAfter);
    story.command(verb, id, params, 1h);
    story.advance(5s);
    ASSERT_THAT(story.states_of(id), EndsWith("sending unconfirmed"));
  }
};

INSTANTIATE_TEST_SUITE_P(Told, DoubtStory, kVersions, version_name);

// Sent in between, it would cover the traces by which the meter tells of the first.
TEST_P(DoubtStory, AnOrderThatComesDueMeanwhileWaitsUntilTheFirstIsSettled) {
  story.advance(30s);
  story.command("deliver-token", "later",
                R"("not_before":")" + rfc3339::text(story.now() + 10min) + "\"," + kOtherToken, 1h);
  story.advance(9min + 50s);
  send_into_doubt("deliver-token", "first", kToken);
  perhaps_restart();
  story.advance(1min);
  EXPECT_EQ(story.states_of("later"), "accepted");
  story.wire(Wire::Healthy);
  story.advance(5min);
  EXPECT_THAT(story.last_of("first"), HasSubstr("read-back"));
  EXPECT_THAT(story.last_of("later"), HasSubstr(R"("state":"succeeded")"));
  ASSERT_EQ(story.tokens_seen(), 2U);
  EXPECT_EQ(story.meter().orders()[0].digits, "73946144332040217315");
}

// "Never seen", said by another meter, would let the digits be sold again.
TEST_P(DoubtStory, AnotherMeterAtTheAddressDoesNotSettleIt) {
  story.advance(30s);
  send_into_doubt("deliver-token", "t1", kToken);
  story.swap_meter();
  perhaps_restart();
  story.wire(Wire::Healthy);
  story.advance(10min);
  EXPECT_THAT(story.states_of("t1"), EndsWith("sending unconfirmed"));
  story.swap_meter();
  story.advance(10min);
  EXPECT_THAT(story.last_of("t1"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_EQ(story.tokens_seen(), 1U);
}

TEST_P(DoubtStory, TheBoxThatWasOffForTwoDaysAsksTheMeterAllTheSame) {
  story.advance(30s);
  send_into_doubt("deliver-token", "t1", kToken);
  story.step_wall_clock(48h);
  perhaps_restart();
  story.wire(Wire::Healthy);
  story.advance(5min);
  EXPECT_THAT(story.last_of("t1"), HasSubstr(R"("state":"succeeded")"));
}

TEST_P(DoubtStory, OrdersOfAMeterThatIsNoLongerNamedEnd) {
  story.advance(30s);
  send_into_doubt("deliver-token", "sent", kToken);
  story.command("deliver-token", "waits", kOtherToken, 1h);
  story.command("read", "asks", R"("params":{"what":["clock"]})", 1h);
  story.advance(1s);
  story.restart_without_meter();
  story.advance(10s);
  EXPECT_THAT(story.last_of("waits"), HasSubstr(R"("reason":"meter-removed")"));
  EXPECT_THAT(story.last_of("asks"), HasSubstr(R"("reason":"meter-removed")"));
  EXPECT_THAT(story.last_of("sent"), HasSubstr("meter-removed"));
  EXPECT_THAT(story.last_of("sent"), HasSubstr("unconfirmed"));
  EXPECT_EQ(story.ledger().live_commands()->size(), 0U);
}

TEST_P(DoubtStory, ACancelOfItselfIsRefusedAndHarmsNothing) {
  story.advance(30s);
  story.command("cancel", "c1", R"("params":{"command":"c1"})");
  EXPECT_THAT(story.last_of("c1"), HasSubstr(R"("state":"refused")"));
  EXPECT_THAT(story.last_of("c1"), HasSubstr("params.command"));
  perhaps_restart();
  story.command("deliver-token", "t1", kToken);
  story.advance(30s);
  EXPECT_THAT(story.last_of("t1"), HasSubstr(R"("state":"succeeded")"));
}

}  // namespace
}  // namespace metergate::test
