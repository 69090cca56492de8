// SPDX-License-Identifier: Apache-2.0
#include "gateway/access/decide.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/gateway/access/access_samples.hpp"

namespace metergate::access {
namespace {

using ::testing::HasSubstr;

Reason reason(const AccessRules& rules, const AccessRequest& request) {
  const auto verdict = decide(rules, request);
  return verdict ? Reason::None : verdict.error().reason;
}

TEST(Decide, AGrantSaysWhoUnderWhichRoleAndHowSureWeAre) {
  const auto granted = decide(sample_rules(), sample_request("tom", TokenFunction::TamperReset));
  ASSERT_TRUE(granted);
  EXPECT_EQ(granted->operator_name, "tom");
  EXPECT_EQ(granted->proof, IdentityProof::Signature);
  EXPECT_EQ(granted->key_id, "0011223344556677");
  EXPECT_EQ(granted->role, "technician");
  EXPECT_EQ(granted->second_operator, "");
}

TEST(Decide, WithoutTheRightTheRefusalNamesTheRolesThatHaveIt) {
  const auto verdict = decide(sample_rules(), sample_request("clara", TokenFunction::PowerLimit));
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().reason, Reason::NotPermitted);
  EXPECT_EQ(verdict.error().field, "operator");
  EXPECT_EQ(verdict.error().value, "clara");
  EXPECT_THAT(verdict.error().expected, HasSubstr("power-limit: technician, chief"));
}

// J-43: a tariff index is changed by nobody unless a role says so.
TEST(Decide, AKeyChangeNeedsItsOwnPermission) {
  AccessRules rules = sample_rules();
  const auto request = sample_request("tom", TokenFunction::TariffIndex, 1);
  EXPECT_EQ(reason(rules, request), Reason::NotPermitted);
  rules.roles[1].functions.add(TokenFunction::TariffIndex);
  EXPECT_EQ(reason(rules, request), Reason::None);
}

TEST(Decide, TheBrokersWordCountsOnlyWhereSigningIsSwitchedOff) {
  AccessRules rules = sample_rules();
  auto request = sample_request("tom", TokenFunction::TamperReset);
  request.who.requester.proof = IdentityProof::Broker;
  EXPECT_EQ(reason(rules, request), Reason::SignatureMissing);
  rules.require_signature = false;
  const auto granted = decide(rules, request);
  ASSERT_TRUE(granted);
  EXPECT_EQ(granted->proof, IdentityProof::Broker);
  request.who.requester.proof = IdentityProof::None;
  EXPECT_EQ(reason(rules, request), Reason::SignatureMissing);
}

TEST(Decide, KeyChangesStaySignedThoughSigningIsSwitchedOff) {
  AccessRules rules = sample_rules();
  rules.require_signature = false;
  rules.roles[1].functions.add(TokenFunction::KeyRevision);
  auto request = sample_request("tom", TokenFunction::KeyRevision, 2);
  request.who.requester.proof = IdentityProof::Broker;
  EXPECT_EQ(reason(rules, request), Reason::SignatureMissing);
  rules.always_signed = {};
  EXPECT_EQ(reason(rules, request), Reason::None);
}

// J-27, J-28
TEST(Decide, EnergyIsMoreThanNothingAndWithinTheRolesLimit) {
  const auto free_issue = [](std::int64_t wh) {
    return reason(sample_rules(), sample_request("carl", TokenFunction::FreeIssue, wh));
  };
  EXPECT_EQ(free_issue(1), Reason::None);
  EXPECT_EQ(free_issue(5'000), Reason::None);
  for (const std::int64_t wrong : {std::int64_t{5'001}, std::int64_t{0}, std::int64_t{-1},
                                   std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(free_issue(wrong), Reason::OverLimit) << wrong;
  }
  const auto verdict =
      decide(sample_rules(), sample_request("clara", TokenFunction::Credit, 100'001));
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().field, "params.energy_wh");
  EXPECT_EQ(verdict.error().value, "100001");
  EXPECT_EQ(verdict.error().expected, "1 to 100000 Wh (role clerk)");
}

// J-33, J-36
TEST(Decide, APowerLimitLiesWithinOneOfTheRolesRanges) {
  const auto limit = [](const std::string& who, std::int64_t watts) {
    return reason(sample_rules(), sample_request(who, TokenFunction::PowerLimit, watts));
  };
  EXPECT_EQ(limit("tom", 499), Reason::OverLimit);
  EXPECT_EQ(limit("tom", 500), Reason::None);
  EXPECT_EQ(limit("tom", 8'001), Reason::OverLimit);
  EXPECT_EQ(limit("carl", 10), Reason::None);
  EXPECT_EQ(limit("carl", 9), Reason::OverLimit);
  EXPECT_EQ(limit("carl", 20'000), Reason::None);
  const auto unbalance = sample_request("tom", TokenFunction::PhaseUnbalanceLimit, 8'001);
  EXPECT_EQ(reason(sample_rules(), unbalance), Reason::OverLimit);
  EXPECT_EQ(decide(sample_rules(), sample_request("carl", TokenFunction::PowerLimit, 20'001))
                .error()
                .expected,
            "500 to 8000 W (role technician), or 10 to 20000 W (role chief)");
}

// J-26, J-19
TEST(Decide, ATechniciansTokenReachesACustomerOnlyByRightAndOnceCleared) {
  auto request = sample_request("tom", TokenFunction::TamperReset);
  request.handing = {TokenDelivery::Hand, HandChannel::Print, false};
  EXPECT_EQ(reason(sample_rules(), request), Reason::None);
  for (const HandChannel channel : {HandChannel::Sms, HandChannel::Email}) {
    request.handing = {TokenDelivery::Hand, channel, true};
    const auto verdict = decide(sample_rules(), request);
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().reason, Reason::NotPermitted);
    EXPECT_EQ(verdict.error().field, "params.channel");
  }
  AccessRules rules = sample_rules();
  rules.roles[1].engineering_to_customer = true;
  EXPECT_EQ(reason(rules, request), Reason::None);
  request.handing.cleared = false;
  const auto verdict = decide(rules, request);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().field, "params.cleared");
}

TEST(Decide, CreditGoesToItsCustomerWithoutMore) {
  auto request = sample_request("clara", TokenFunction::Credit, 1'000);
  request.handing = {TokenDelivery::Hand, HandChannel::Sms, false};
  EXPECT_EQ(reason(sample_rules(), request), Reason::None);
}

TEST(Decide, TheRoleThatAllowsTheChannelMustAllowTheValueToo) {
  // The chief's role may send to customers, the technician's may reset: neither lends the other.
  auto request = sample_request("carl", TokenFunction::TamperReset);
  request.handing = {TokenDelivery::Hand, HandChannel::Sms, true};
  EXPECT_EQ(reason(sample_rules(), request), Reason::NotPermitted);
  request.order.function = TokenFunction::PowerLimit;
  request.order.value = 10'000;
  EXPECT_EQ(reason(sample_rules(), request), Reason::None);
}

// J-54
TEST(Decide, ASupplyGroupChangeTakesTwoDifferentOperatorsWhoMayBoth) {
  auto request = sample_request("tom", TokenFunction::SupplyGroup, 123'456);
  EXPECT_EQ(reason(sample_rules(), request), Reason::SecondOperatorNeeded);
  request.who.approver = Identity{"tom", IdentityProof::Signature};
  EXPECT_EQ(reason(sample_rules(), request), Reason::SecondOperatorNeeded);
  request.who.approver = Identity{"clara", IdentityProof::Signature};
  EXPECT_EQ(reason(sample_rules(), request), Reason::NotPermitted);
  EXPECT_EQ(decide(sample_rules(), request).error().field, "approval.operator");
  request.who.approver = Identity{"tina", IdentityProof::Signature, "8899aabbccddeeff"};
  const auto granted = decide(sample_rules(), request);
  ASSERT_TRUE(granted);
  EXPECT_EQ(granted->second_operator, "tina");
  EXPECT_EQ(granted->second_key_id, "8899aabbccddeeff");
}

TEST(Decide, TheSecondOperatorIsNeverTakenAtTheBrokersWord) {
  AccessRules rules = sample_rules();
  rules.require_signature = false;
  rules.always_signed = {};
  auto request = sample_request("tom", TokenFunction::SupplyGroup, 123'456);
  for (const IdentityProof proof :
       {IdentityProof::Broker, IdentityProof::LocalUser, IdentityProof::None}) {
    request.who.approver = Identity{"tina", proof};
    EXPECT_EQ(reason(rules, request), Reason::SignatureMissing);
  }
}

TEST(Decide, TheSecondOperatorsLimitCounts) {
  AccessRules rules = sample_rules();
  rules.dual_control = {TokenFunction::PowerLimit};
  auto request = sample_request("carl", TokenFunction::PowerLimit, 15'000);
  request.who.approver = Identity{"tom", IdentityProof::Signature};
  EXPECT_EQ(reason(rules, request), Reason::OverLimit);
  request.order.value = 6'000;
  EXPECT_EQ(reason(rules, request), Reason::None);
}

TEST(Decide, WithoutRulesOnlyTheBoxesOwnerMayAndNothingThatTakesTwo) {
  const AccessRules none;
  auto request = sample_request("root", TokenFunction::TamperReset);
  EXPECT_EQ(reason(none, request), Reason::NotPermitted);  // even a proof of another kind
  request.who.requester = {"anna", IdentityProof::LocalUser};
  EXPECT_EQ(reason(none, request), Reason::NotPermitted);
  request.who.requester = {"anna", IdentityProof::Broker};
  EXPECT_EQ(reason(none, request), Reason::NotPermitted);
  request.who.requester = {"root", IdentityProof::LocalUser, "", true};
  const auto granted = decide(none, request);
  ASSERT_TRUE(granted);
  EXPECT_EQ(granted->role, "box-owner");
  request.order.function = TokenFunction::SupplyGroup;
  EXPECT_EQ(reason(none, request), Reason::SecondOperatorNeeded);
  request.order.function = TokenFunction::TamperReset;
  request.handing = {TokenDelivery::Hand, HandChannel::Sms, true};
  EXPECT_EQ(reason(none, request), Reason::NotPermitted);
}

TEST(Decide, WithRulesTheBoxesOwnerIsAnOperatorLikeAnyOther) {
  auto request = sample_request("root", TokenFunction::TamperReset);
  request.who.requester = {"root", IdentityProof::LocalUser, "", true};
  EXPECT_EQ(reason(sample_rules(), request), Reason::NotPermitted);
}

TEST(DecideResend, TheRightAndTheChannelCountTheLimitAndTheSecondOperatorDoNot) {
  const Identities tom{{"tom", IdentityProof::Signature}, std::nullopt};
  EXPECT_TRUE(decide_resend(sample_rules(), TokenFunction::SupplyGroup, {}, tom));
  EXPECT_FALSE(decide_resend(sample_rules(), TokenFunction::Credit, {}, tom));
  const Handing sms{TokenDelivery::Hand, HandChannel::Sms, true};
  EXPECT_FALSE(decide_resend(sample_rules(), TokenFunction::TamperReset, sms, tom));
  const Identities claimed{{"tom", IdentityProof::Broker}, std::nullopt};
  EXPECT_FALSE(decide_resend(sample_rules(), TokenFunction::TamperReset, {}, claimed));
  const Identities root{{"root", IdentityProof::LocalUser, "", true}, std::nullopt};
  EXPECT_TRUE(decide_resend({}, TokenFunction::SupplyGroup, {}, root));
}

// faults.md S7: what waited is judged by the rules as they are when it is sent.
TEST(DecideDelivery, RightsLimitsAndTheSecondOperatorAreLookedAtAgainAndTheMetersStateIsNot) {
  AccessRules rules = sample_rules();
  const auto reason_for = [&](const AccessRequest& request) {
    const auto verdict = decide_delivery(rules, request.order, request.who);
    return verdict ? Reason::None : verdict.error().reason;
  };
  auto limit = sample_request("tom", TokenFunction::PowerLimit, 8'000);
  EXPECT_EQ(reason_for(limit), Reason::None);
  rules.roles[1].power_limit_max_w = 7'999;
  EXPECT_EQ(reason_for(limit), Reason::OverLimit);

  rules.refused_when[static_cast<std::size_t>(MeterCondition::RelayOn)].add(
      TokenFunction::ClearCredit);
  const auto clear = sample_request("tom", TokenFunction::ClearCredit);
  EXPECT_EQ(reason(rules, clear), Reason::NotInThisState) << "its supply is on";
  EXPECT_EQ(reason_for(clear), Reason::None) << "which was looked at when it was made";

  auto group = sample_request("tom", TokenFunction::SupplyGroup, 1);
  EXPECT_EQ(reason_for(group), Reason::SecondOperatorNeeded);
  group.who.approver = {"tina", IdentityProof::Signature, ""};
  EXPECT_EQ(reason_for(group), Reason::None);
  rules.operators[2].roles.clear();
  EXPECT_EQ(reason_for(group), Reason::NotPermitted);
  rules.operators[2].roles = {"technician"};
  rules.operators[1].roles.clear();
  EXPECT_EQ(reason_for(group), Reason::NotPermitted);
}

}  // namespace
}  // namespace metergate::access
