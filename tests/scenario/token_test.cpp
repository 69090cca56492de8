// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "meters/virtual/test_keys.hpp"
#include "storage/audit/audit_chain.hpp"
#include "storage/token_issue.hpp"
#include "tests/scenario/story.hpp"

/// Tokens made on this box, from the command to the meter that decrypts them. Rows J-.. of the
/// acceptance list name the tests.
namespace metergate::test {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class TokenStory : public ToldStory {
 protected:
  TokenStory() : ToldStory{{.with_keys = true}} { story.advance(30s); }
  void issue(const std::string& id, const std::string& params) {
    story.command("issue-token", id, R"("params":)" + params);
  }
  std::vector<TokenIssue> issues() { return *story.ledger().token_issues(story.stored().key); }
  std::string digits_of(const std::string& id, std::size_t number) {
    const auto answer = boost::json::parse(story.last_of(id));
    return std::string{answer.at("result").at("tokens").at(number - 1).at("digits").as_string()};
  }
};

INSTANTIATE_TEST_SUITE_P(Told, TokenStory, kVersions, version_name);

TEST_P(TokenStory, J14_TamperResetIsOneCallAndReconnects) {
  story.meter().open_cover(story.now_s());
  story.meter().close_cover(story.now_s());
  story.advance(20min);
  ASSERT_EQ(story.stored().supply_reported, SupplyState::Off);
  issue("t1", R"({"function":"tamper-reset"})");
  perhaps_restart();
  story.advance(1min);
  EXPECT_THAT(story.states_of("t1"), EndsWith("succeeded"));
  EXPECT_THAT(story.last_of("t1-1"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_FALSE(story.stored().supply_causes.has(SupplyCauses::kTamper));
  EXPECT_EQ(issues().front().state(), IssuedState::Redeemed);
}

TEST_P(TokenStory, J09_TransactionAndTokenAreThereTogether) {
  issue("t1", R"({"function":"credit","energy_wh":12300})");
  perhaps_restart();
  story.advance(1min);
  const auto made = issues();
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].tokens.size(), 1U);
  EXPECT_EQ(made[0].operator_name, "vending");
  EXPECT_EQ(made[0].work_order, "W-1");
  EXPECT_EQ(made[0].state(), IssuedState::Redeemed);
  EXPECT_EQ(story.tokens_seen(), 1U);
}

TEST_P(TokenStory, TwoTokensOfOneMinuteHaveTwoIdentifiers) {
  issue("t1", R"({"function":"credit","energy_wh":1000})");
  perhaps_restart();
  issue("t2", R"({"function":"credit","energy_wh":1000})");
  story.step_wall_clock(-1h);
  issue("t3", R"({"function":"credit","energy_wh":1000})");
  story.advance(2min);
  const auto made = issues();
  ASSERT_EQ(made.size(), 3U);
  EXPECT_LT(made[0].tid, made[1].tid);
  EXPECT_LT(made[1].tid, made[2].tid);
  for (const TokenIssue& one : made) EXPECT_EQ(one.state(), IssuedState::Redeemed);
}

TEST_P(TokenStory, J02_TokenForTheHandIsSettledByTheMetersOwnLog) {
  issue("t1", R"({"function":"credit","energy_wh":5000,"delivery":"hand","channel":"print"})");
  EXPECT_THAT(story.last_on("/token/print"), HasSubstr(digits_of("t1", 1)));
  perhaps_restart();
  EXPECT_EQ(story.tokens_seen(), 0U);
  ASSERT_EQ(issues().front().state(), IssuedState::Outstanding);
  static_cast<void>(story.meter().key_in(digits_of("t1", 1), story.now_s()));
  story.advance(20min);
  EXPECT_EQ(issues().front().state(), IssuedState::RedeemedByHand);
}

TEST_P(TokenStory, J41_TariffIndexChangesInOrderAndTokensFollowTheNewKey) {
  issue("t1", R"({"function":"tariff-index","tariff_index":7,"confirmed":true})");
  perhaps_restart();
  story.advance(2min);
  ASSERT_EQ(issues().front().state(), IssuedState::Redeemed);
  EXPECT_EQ((*story.ledger().meter_sts(story.stored().key))->tariff_index, 7);
  issue("t2", R"({"function":"credit","energy_wh":1000})");
  story.advance(1min);
  EXPECT_EQ(issues().back().state(), IssuedState::Redeemed);
}

TEST_P(TokenStory, J51_SetThatIsCutOffIsSentAgainWhole) {
  issue(
      "t1",
      R"({"function":"supply-group","supply_group":"999902","old_supply_group":"999901","confirmed":true})");
  perhaps_restart();
  story.advance(2min);
  const auto made = issues().front();
  EXPECT_GE(made.tokens.size(), 2U);
  EXPECT_EQ(made.state(), IssuedState::Redeemed);
  EXPECT_EQ((*story.ledger().meter_sts(story.stored().key))->supply_group, 999'902U);
}

TEST_P(TokenStory, J04_ResentTokenIsTheSameToken) {
  story.wire(Wire::Silent);
  story.advance(2min);
  story.command("issue-token", "t1", R"("params":{"function":"credit","energy_wh":1000})", 1min);
  story.advance(5min);
  EXPECT_THAT(story.states_of("t1-1"), EndsWith("expired"));
  const auto before = issues().front().tokens.front().digits;
  story.wire(Wire::Healthy);
  perhaps_restart();
  story.advance(2min);
  story.command("resend-tokens", "r1", R"("params":{})");
  story.advance(1min);
  ASSERT_EQ(issues().size(), 1U);
  EXPECT_EQ(issues().front().tokens.front().digits, before);
  EXPECT_EQ(issues().front().state(), IssuedState::Redeemed);
  EXPECT_EQ(story.tokens_seen(), 1U);
}

TEST_P(TokenStory, TokenThatWasKeyedInBeforeItWasSentAgainIsRedeemedByHand) {
  issue("t1", R"({"function":"credit","energy_wh":5000,"delivery":"hand","channel":"print"})");
  static_cast<void>(story.meter().key_in(digits_of("t1", 1), story.now_s()));
  story.command("resend-tokens", "r1", R"("params":{})");
  story.advance(1min);
  EXPECT_THAT(story.last_of("r1-1"), HasSubstr(R"("meter_reason":"duplicate")"));
  EXPECT_EQ(issues().front().state(), IssuedState::Refused);
  perhaps_restart();
  story.advance(20min);
  EXPECT_EQ(issues().front().state(), IssuedState::RedeemedByHand) << "its log knows who had it";
}

TEST_P(TokenStory, EveryTokenStandsInTheAuditTrail) {
  issue("t1", R"({"function":"credit","energy_wh":1000})");
  issue("t2", R"({"function":"free-issue","energy_wh":50000})");
  perhaps_restart();
  story.advance(1min);
  EXPECT_THAT(story.last_of("t2"), HasSubstr("over-limit"));
  const auto head = story.ledger().audit_head();
  ASSERT_TRUE(head);
  EXPECT_EQ(head->entries, 3) << "made, denied, settled";
}

TEST(TokenDeliveries, WaitForRoomAndAreNotForgotten) {
  Story story{{.north = "max_live_commands_per_meter = 1", .with_keys = true}};
  story.advance(30s);
  story.wire(Wire::Silent);
  story.command("issue-token", "t1", R"("params":{"function":"credit","energy_wh":1000})");
  story.command("set-relay", "r1", R"("params":{"state":"armed"})", 1min);  // the only place
  story.advance(30s);
  EXPECT_EQ(story.states_of("t1-1"), "") << "nobody asked for it just now: nobody is told";
  story.wire(Wire::Healthy);
  story.advance(5min);
  EXPECT_THAT(story.states_of("t1-1"), EndsWith("succeeded"));
  EXPECT_EQ(story.tokens_seen(), 1U);
}

/// What a gateway answers to a supply group change, having made nothing.
std::string refused_supply_group(const char* wanted, const char* believed) {
  Story story{{.with_keys = true}};
  story.command("issue-token", "t1",
                std::string{R"("params":{"function":"supply-group","confirmed":true,)"} +
                    R"("supply_group":")" + wanted + R"(","old_supply_group":")" + believed +
                    R"("})");
  story.advance(1min);
  EXPECT_TRUE(story.ledger().token_issues(story.stored().key)->empty());
  return story.last_of("t1");
}

TEST(TokenRefusals, J46_SupplyGroupWithoutAKeyMakesNothing) {
  EXPECT_THAT(refused_supply_group("123456", "999901"), HasSubstr("no-vending-key"));
}

TEST(TokenRefusals, J47_WrongOldSupplyGroupIsRefused) {
  EXPECT_THAT(refused_supply_group("999902", "111111"), HasSubstr("params.old_supply_group"));
}

TEST(TokenRefusals, J33_LimitsComeInStepsOfTenWatts) {
  Story story{{.with_keys = true}};
  for (const char* watts : {"0", "9", "15"}) {
    const std::string id = std::string{"w"} + watts;
    story.command("issue-token", id,
                  std::string{R"("params":{"function":"power-limit","power_w":)"} + watts + "}");
    story.advance(1s);
    EXPECT_THAT(story.last_of(id), HasSubstr(R"("reason":"out-of-range")")) << watts;
  }
  story.command("issue-token", "w10", R"("params":{"function":"power-limit","power_w":10})");
  story.advance(1min);
  EXPECT_THAT(story.last_of("w10-1"), HasSubstr(R"("state":"succeeded")"));
}

TEST(TokenRefusals, J18_TokenOfOneMeterIsRefusedByAnother) {
  Story story{{.with_keys = true}};
  story.advance(30s);
  story.command("issue-token", "t1",
                R"("params":{"function":"tamper-reset","delivery":"hand","channel":"print"})");
  story.advance(1s);
  const auto answer = boost::json::parse(story.last_of("t1"));
  const std::string digits{answer.at("result").at("tokens").at(0).at("digits").as_string()};
  virtual_meter::Settings other{.serial = *SerialNumber::parse("VM000002")};
  other.keys = virtual_meter::test_keys::meter_keys(other.serial);
  virtual_meter::VirtualMeter another{other, story.now_s()};
  const auto verdict =
      another.perform(operation::WriteToken{*Token::parse(digits), 1}, story.now_s());
  const auto& said = std::get<operation::OrderAnswer>(*verdict);
  EXPECT_TRUE(std::holds_alternative<operation::OrderRefused>(said));
}

TEST(TokenRefusals, J13_RelayOrderInTamperIsTurnedAway) {
  Story story{{.with_keys = true}};
  story.advance(30s);
  story.meter().open_cover(story.now_s());
  story.advance(20min);
  story.command("set-relay", "r1", R"("params":{"state":"armed"})");
  story.command("set-relay", "r2", R"("params":{"state":"off"})");
  story.advance(1min);
  EXPECT_THAT(story.last_of("r1"), HasSubstr("not-in-this-state"));
  EXPECT_THAT(story.states_of("r2"), EndsWith("succeeded")) << "off is always allowed";
}

TEST(TokenRefusals, J08_WithoutTheRightNothingIsMade) {
  Story story{{.with_keys = true, .access = R"(
    [access]
    require_signature = false
    [[role]]
    name = "clerk"
    functions = ["credit"]
    credit_limit_wh = 5000
    [[operator]]
    name = "vending"
    roles = ["clerk"]
)"}};
  story.command("issue-token", "t1", R"("params":{"function":"tamper-reset"})");
  story.command("issue-token", "t2", R"("params":{"function":"credit","energy_wh":5001})");
  story.command("issue-token", "t3", R"("params":{"function":"credit","energy_wh":5000})");
  story.advance(1min);
  EXPECT_THAT(story.last_of("t1"), HasSubstr("not-permitted"));
  EXPECT_THAT(story.last_of("t2"), HasSubstr("over-limit"));
  EXPECT_THAT(story.last_of("t3-1"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_EQ(story.ledger().token_issues(story.stored().key)->size(), 1U);
}

}  // namespace
}  // namespace metergate::test
