// SPDX-License-Identifier: Apache-2.0
#include "storage/audit/audit_chain.hpp"
#include "storage/audit/audit_filter.hpp"
#include "storage/token_issue.hpp"
#include "tests/scenario/tenancy_story.hpp"

/// What goes with changes of tenancy: what earlier ones left, the credit of whoever moved out, and
/// changes that a change of the registry asks for.
namespace metergate::test {
namespace {

using testing::HasSubstr;

TEST(TenancyTale, ASealedTenancyIsHandedOutAndErasedByOrder) {
  Story story{Setting{.with_keys = true}};
  story.advance(5min);
  story.command("change-tenancy", "c1", kNow, 6h);
  story.advance(1h);
  const MeterKey key = story.stored().key;
  ASSERT_EQ(story.ledger().tenancies(key)->size(), 2U);
  const std::size_t before = story.published_on("/sealed/1/");
  story.command("export-tenancy", "x1", R"("params":{"epoch":1})");
  story.advance(1min);
  EXPECT_EQ(story.states_of("x1"), "accepted succeeded");
  EXPECT_GT(story.published_on("/sealed/1/profile"), 1U);
  EXPECT_GT(story.published_on("/sealed/1/"), before);
  story.command("erase-tenancy", "x2", R"("params":{"epoch":2})");
  EXPECT_THAT(story.last_of("x2"), HasSubstr(R"("field":"params.epoch")")) << "it is open";
  story.command("erase-tenancy", "x3", R"("params":{"epoch":1})");
  story.restart();
  story.advance(1min);
  EXPECT_THAT(story.states_of("x3"), testing::EndsWith("accepted succeeded"));
  EXPECT_TRUE(story.ledger().profile(key, 1, UtcSeconds{}, story.now_s())->empty());
  EXPECT_TRUE(story.ledger().billing(key, 1)->empty());
  EXPECT_FALSE(story.ledger().profile(key, 2, UtcSeconds{}, story.now_s())->empty());
  EXPECT_TRUE((*story.ledger().tenancies(key))[0].erased.has_value());
  story.command("export-tenancy", "x4", R"("params":{"epoch":1})");
  EXPECT_THAT(story.last_of("x4"), HasSubstr(R"("reason":"out-of-range")")) << "it is erased";
  std::string kinds;
  const auto trail = *story.ledger().audit({});
  for (const AuditRecord& one : trail) {
    kinds += one.kind + ' ';
  }
  EXPECT_THAT(kinds, HasSubstr("tenancy-exported tenancy-erased "));
}

// ---- meters without an order of their own, and the credit of whoever left
// ------------------------

class ClearingStory : public TenancyStory {
 protected:
  ClearingStory()
      : TenancyStory{Setting{.with_keys = true, .without = {Capability::ChangeTenancy}}} {}
  [[nodiscard]] std::vector<std::string> tokens_taken() {
    std::vector<std::string> out;
    const auto issues = *story.ledger().token_issues(story.stored().key);
    for (const TokenIssue& issue : issues) {
      if (issue.state() == IssuedState::Redeemed) out.push_back(issue.id.text());
    }
    return out;
  }
};

INSTANTIATE_TEST_SUITE_P(With, ClearingStory, kTroubles, trouble_name);

TEST_P(ClearingStory, J25_TheOldTenantsCreditIsClearedBeforeTheNewTenantsComes) {
  story.command("issue-token", "old", R"("params":{"function":"credit","energy_wh":5000})");
  story.advance(1min);
  const std::int64_t with_old_credit = story.meter().balance_minor();
  story.command("change-tenancy", "c1", kNow, 6h);
  story.command("issue-token", "new", R"("params":{"function":"credit","energy_wh":2000})", 6h);
  story.advance(2s);
  trouble();
  story.advance(30min);
  EXPECT_THAT(story.last_of("c1"), HasSubstr(R"("reset-balance":"gateway")"));
  EXPECT_THAT(story.last_of("c1-clear-1"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_THAT(tokens_taken(), testing::UnorderedElementsAre("old", "c1-clear", "new"));
  EXPECT_GT(story.meter().balance_minor(), 0) << "the new tenant's own credit stands";
  EXPECT_LT(story.meter().balance_minor(), with_old_credit);
  EXPECT_THAT(
      story.last_on("/tenancy"),
      HasSubstr(R"({"item":"reset-balance","holds":true,"found":"clear credit token: taken"})"));
  EXPECT_EQ(story.tokens_seen(), 3U);
}

TEST(TenancyTale, ACreditThatMayNotBeClearedIsSaidBeforeAnythingIsDone) {
  constexpr const char* kRules = R"(
    [access]
    require_signature = false
    [[role]]
    name = "customer-service"
    functions = []
    tenancy = true
    [[operator]]
    name = "vending"
    roles = ["customer-service"]
)";
  Story story{Setting{.with_keys = true, .without = {Capability::ChangeTenancy}, .access = kRules}};
  story.advance(5min);
  story.command("change-tenancy", "c1", kNow, 6h);
  EXPECT_THAT(story.last_of("c1"), HasSubstr(R"("reason":"not-permitted")"));
  EXPECT_THAT(story.last_of("c1"), HasSubstr("clear-credit"));
  story.command("change-tenancy", "c2",
                R"("params":{"situation":"leaves-now","actions":["purge-profile"]})", 6h);
  story.advance(20min);
  EXPECT_THAT(story.states_of("c2"), testing::EndsWith("succeeded"));
  EXPECT_EQ(story.tokens_seen(), 0U);
}

TEST(TenancyTale, ATokenThatIsNotTakenIsAFindingAndHoldsNothingUpForEver) {
  Story story{Setting{.with_keys = true, .without = {Capability::ChangeTenancy}}};
  story.advance(5min);
  story.command("change-tenancy", "c1", kNow, 6h);
  while (story.states_of("c1").find("succeeded") == std::string::npos) story.advance(10ms);
  story.wire(Wire::Silent);
  story.advance(26h);
  story.wire(Wire::Healthy);
  story.command("issue-token", "new", R"("params":{"function":"credit","energy_wh":2000})", 6h);
  story.advance(6h);
  EXPECT_THAT(story.last_on("/tenancy"), HasSubstr(R"("item":"reset-balance","holds":false)"));
  EXPECT_THAT(story.last_of("new-1"), HasSubstr(R"("state":"succeeded")"));
}

// ---- what a change of the registry asks for
// ------------------------------------------------------

class RegistryStory : public TenancyStory {
 protected:
  void change(const std::string& id, const std::string& params) {
    story.raw_command("metergate/v1/s1/command/change-registry",
                      R"({"id":")" + id + R"(","issued_at":")" + rfc3339::text(story.now()) +
                          R"(","expires_at":")" + rfc3339::text(story.now() + 6h) +
                          R"(","operator":"vending","work_order":"W-1","params":)" + params + "}");
  }
};

INSTANTIATE_TEST_SUITE_P(With, RegistryStory,
                         testing::Combine(testing::Values(Trouble::None, Trouble::Restart),
                                          testing::Values(Speech::Modbus, Speech::Dlms)),
                         trouble_name);

TEST_P(RegistryStory, J57_WhoMovesOutChangesTheTenancyIfItIsAskedFor) {
  change("r1", R"({"change":"assign","meter":"m1","location":"plot-7","customer":"anna"})");
  change("r2", R"({"change":"move-out","customer":"anna","location":"plot-7",)"
               R"("change_tenancy":true})");
  trouble();
  EXPECT_THAT(story.last_of("r2"),
              HasSubstr(R"("cot_due":[{"meter":"m1","left":"anna","command":"r2-1"}])"));
  story.advance(20min);
  EXPECT_THAT(story.last_of("r2-1"), HasSubstr(R"("state":"succeeded")"));
  ASSERT_EQ(tenancies().size(), 2U);
  EXPECT_EQ(tenancies()[1].command, "r2-1");
  EXPECT_EQ(story.meter().changes_fired().size(), 1U);
  change("r3", R"({"change":"move-in","customer":"ben","location":"plot-7"})");
  story.advance(20min);
  EXPECT_EQ(tenancies().size(), 2U) << "not asked for";
}

}  // namespace
}  // namespace metergate::test
