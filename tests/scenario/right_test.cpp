// SPDX-License-Identifier: Apache-2.0
#include "storage/audit/audit_chain.hpp"
#include "storage/audit/audit_filter.hpp"
#include "storage/token_issue.hpp"
#include "tests/scenario/tenancy_story.hpp"

/// Orders that waited until whoever gave them had lost the right to.
namespace metergate::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

/// `vending` and `second`, who may what `rights` says.
std::string access(const std::string& rights, const std::string& roles_of_second = R"(["all"])") {
  return R"(
    [access]
    require_signature = false
    always_signed = []
    dual_control = []
    [[role]]
    name = "all"
)" + rights +
         R"(
    [[operator]]
    name = "vending"
    roles = ["all"]
    [[operator]]
    name = "second"
    roles = )" +
         roles_of_second + "\n";
}
constexpr const char* kMay = R"(
    functions = ["credit", "clear-credit"]
    credit_limit_wh = 10000
    tenancy = true
    connect = true
)";
constexpr const char* kMayNothing = "    functions = []\n";

class RightStory : public ToldStory {
 protected:
  RightStory() : ToldStory{{.with_keys = true, .access = access(kMay)}} { story.advance(5min); }

  /// Withdrawn while the box runs, or over a restart.
  void now_may(const std::string& rights, const std::string& roles_of_second = R"(["all"])") {
    const std::string rules = access(rights, roles_of_second);
    return GetParam().restarted ? story.restart_with_access(rules) : story.change_access(rules);
  }
  std::vector<AuditRecord> denials() {
    AuditFilter filter;
    filter.kinds = {AuditKind::OperatorDenied};
    return *story.ledger().audit(filter);
  }
  void is_withdrawn(const std::string& id, const std::string& reason = "not-permitted") {
    EXPECT_THAT(story.states_of(id),
                testing::AllOf(EndsWith(" failed"), Not(HasSubstr("sending"))));
    EXPECT_THAT(story.last_of(id), HasSubstr(R"("reason":")" + reason + '"'));
    EXPECT_THAT(story.last_of(id), HasSubstr("no longer, for "));
  }
};

INSTANTIATE_TEST_SUITE_P(Told, RightStory, kVersions, version_name);

TEST_P(RightStory, ATokenThatWaitsIsNotSentForWhoMayMakeNone) {
  story.wire(Wire::Silent);
  story.command("issue-token", "t1", R"("params":{"function":"credit","energy_wh":5000})", 6h);
  story.advance(5min);
  now_may(kMayNothing);
  story.advance(1s);
  is_withdrawn("t1-1");
  story.wire(Wire::Healthy);
  story.advance(1h);
  EXPECT_EQ(story.tokens_seen(), 0U);
  ASSERT_EQ(denials().size(), 1U);
  EXPECT_EQ(denials().front().operator_name, "vending");
  EXPECT_THAT(denials().front().details_json, HasSubstr("t1-1"));
  // Made and paid for: whoever may, sends it.
  story.change_access(access(kMay));
  story.command("resend-tokens", "r1", R"("params":{})");
  story.advance(5min);
  EXPECT_EQ(story.tokens_seen(), 1U);
}

TEST_P(RightStory, ALimitThatWasLoweredHoldsForTokensThatWait) {
  story.wire(Wire::Silent);
  story.command("issue-token", "t1", R"("params":{"function":"credit","energy_wh":5000})", 6h);
  story.advance(5min);
  now_may("    functions = [\"credit\"]\n    credit_limit_wh = 4999\n");
  story.advance(1s);
  is_withdrawn("t1-1", "over-limit");
}

TEST_P(RightStory, WhoStillMayIsNotStopped) {
  story.wire(Wire::Silent);
  story.command("issue-token", "t1", R"("params":{"function":"credit","energy_wh":5000})", 6h);
  story.command("change-tenancy", "c1", kNow, 6h);
  story.advance(5min);
  now_may(kMay, "[]");
  story.wire(Wire::Healthy);
  story.advance(2h);
  EXPECT_THAT(story.states_of("t1-1"), EndsWith("succeeded"));
  EXPECT_THAT(story.states_of("c1"), EndsWith("succeeded"));
  EXPECT_TRUE(denials().empty());
}

TEST_P(RightStory, AChangeOfTenancyThatWaitsForItsDayIsNotCarriedOut) {
  const std::string day = rfc3339::text(story.now() + 3h);
  story.command(
      "change-tenancy", "c1",
      R"("params":{"situation":"leaves-later","relay":"off","effective":")" + day + R"("})", 24h);
  story.advance(5min);
  ASSERT_EQ(story.states_of("c1"), "accepted");
  now_may(kMayNothing);
  story.advance(1s);
  is_withdrawn("c1");
  story.advance(5h);
  EXPECT_EQ(story.ledger().tenancies(story.stored().key)->size(), 1U);
  EXPECT_EQ(denials().size(), 1U);
}

// What may have arrived is settled, whoever may give such orders now.
TEST_P(RightStory, WhatMayHaveReachedTheMeterIsSettledAsBefore) {
  story.command("issue-token", "t1", R"("params":{"function":"credit","energy_wh":5000})", 6h);
  story.next_write(Wire::AnswersAreLost);
  for (int i = 0; i < 600 && story.tokens_seen() == 0; ++i) story.advance(10ms);
  ASSERT_EQ(story.tokens_seen(), 1U);
  ASSERT_THAT(story.states_of("t1-1"), Not(EndsWith("succeeded")));
  now_may(kMayNothing);
  story.advance(1h);
  EXPECT_THAT(story.states_of("t1-1"), EndsWith("succeeded"));
  EXPECT_EQ(story.tokens_seen(), 1U);
  EXPECT_TRUE(denials().empty());
}

/// A meter without an order for it: its old tenant's credit is cleared by a token.
TEST(RightTale, WhatFollowsFromAChangeThatWasCarriedOutGoesOn) {
  Story story{{.with_keys = true,
               .without = {Capability::ChangeTenancy, Capability::OperateRelay},
               .access = access(kMay)}};
  story.advance(5min);
  story.command("change-tenancy", "c1", R"("params":{"situation":"leaves-now"})", 6h);
  for (int i = 0; i < 3600 && story.states_of("c1").find("succeeded") == std::string::npos; ++i) {
    story.advance(1s);
  }
  ASSERT_THAT(story.states_of("c1"), EndsWith("succeeded"));
  story.change_access(access(kMayNothing));
  story.advance(1h);
  EXPECT_THAT(story.states_of("c1-clear-1"), EndsWith("succeeded"));
}

}  // namespace
}  // namespace metergate::test
