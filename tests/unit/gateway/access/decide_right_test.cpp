// SPDX-License-Identifier: Apache-2.0
#include "gateway/access/decide_right.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/gateway/access/access_samples.hpp"

namespace metergate::access {
namespace {

using ::testing::HasSubstr;

AccessRules rules() {
  AccessRules out = sample_rules();
  out.roles.push_back(Role{.name = "registrar", .functions = {}, .registry = true});
  out.operators.push_back(sample_operator("rita", {"registrar"}, 7));
  return out;
}

Identities who(const std::string& name, IdentityProof proof, bool owns_box = false) {
  return {{name, proof, "", owns_box}, std::nullopt};
}

Reason reason(const AccessRules& by, const Identities& asks) {
  const auto verdict = decide_right(by, kRegistryRight, asks);
  return verdict ? Reason::None : verdict.error().reason;
}

TEST(DecideRight, ARoleThatHoldsItGrantsItByName) {
  const auto granted = decide_right(rules(), kRegistryRight, who("rita", IdentityProof::Signature));
  ASSERT_TRUE(granted);
  EXPECT_EQ(granted->operator_name, "rita");
  EXPECT_EQ(granted->role, "registrar");
}

TEST(DecideRight, NobodyElseHasItWhateverTokensTheyMayHaveMade) {
  const auto verdict = decide_right(rules(), kRegistryRight, who("carl", IdentityProof::Signature));
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().reason, Reason::NotPermitted);
  EXPECT_THAT(verdict.error().expected, HasSubstr("registry = true: registrar"));
  EXPECT_EQ(reason(sample_rules(), who("carl", IdentityProof::Signature)), Reason::NotPermitted);
}

TEST(DecideRight, OneRightIsNoOther) {
  for (const Right& right : {kTenancyRight, kConnectRight, kSealedRight}) {
    EXPECT_FALSE(decide_right(rules(), right, who("rita", IdentityProof::Signature))) << right.word;
  }
}

TEST(DecideRight, TheBrokersWordIsEnoughOnlyWhereSignaturesAreNotRequired) {
  AccessRules by = rules();
  EXPECT_EQ(reason(by, who("rita", IdentityProof::Broker)), Reason::SignatureMissing);
  by.require_signature = false;
  EXPECT_EQ(reason(by, who("rita", IdentityProof::Broker)), Reason::None);
  EXPECT_EQ(reason(by, who("rita", IdentityProof::None)), Reason::SignatureMissing);
}

TEST(DecideRight, WithoutRulesItIsTheRightOfWhoOwnsTheBox) {
  EXPECT_EQ(reason({}, who("root", IdentityProof::LocalUser, true)), Reason::None);
  EXPECT_EQ(reason({}, who("anna", IdentityProof::LocalUser)), Reason::NotPermitted);
  EXPECT_EQ(reason({}, who("root", IdentityProof::Broker)), Reason::NotPermitted);
  EXPECT_EQ(reason(rules(), who("root", IdentityProof::LocalUser, true)), Reason::NotPermitted);
}

TEST(DecideRight, NobodyAgreesWithHimself) {
  Identities both = who("rita", IdentityProof::Signature);
  both.approver = Identity{"rita", IdentityProof::Signature, "", false};
  EXPECT_EQ(reason(rules(), both), Reason::SecondOperatorNeeded);
  const auto known = decide_known(rules(), both);
  ASSERT_FALSE(known);
  EXPECT_EQ(known.error().field, "approval.operator");
  both.approver->name = "tom";
  EXPECT_EQ(decide_known(rules(), both).value().second_operator, "tom");
}

TEST(DecideRight, WhoApprovesHasToHoldItToo) {
  Identities both = who("rita", IdentityProof::Signature);
  both.approver = Identity{"tom", IdentityProof::Signature, "", false};
  EXPECT_EQ(reason(rules(), both), Reason::NotPermitted);
  AccessRules by = rules();
  by.operators[1].roles.push_back("registrar");
  const auto granted = decide_right(by, kRegistryRight, both);
  ASSERT_TRUE(granted);
  EXPECT_EQ(granted->second_operator, "tom");
}

TEST(DecideKnown, OnlyWhoIsSurelyAnOperatorOrOwnsTheBox) {
  const AccessRules rules = sample_rules();
  const auto reason_for = [&](Identity asks) {
    const auto verdict = decide_known(rules, {std::move(asks), std::nullopt});
    return verdict ? Reason::None : verdict.error().reason;
  };
  EXPECT_EQ(reason_for({"tom", IdentityProof::Signature, "0011223344556677"}), Reason::None);
  EXPECT_EQ(reason_for({"tom", IdentityProof::LocalUser}), Reason::None);
  EXPECT_EQ(reason_for({"root", IdentityProof::LocalUser, "", true}), Reason::None);
  EXPECT_EQ(reason_for({"tom", IdentityProof::Broker}), Reason::SignatureMissing);
  EXPECT_EQ(reason_for({"tom", IdentityProof::None}), Reason::SignatureMissing);
  EXPECT_EQ(reason_for({"tom", IdentityProof::Order}), Reason::SignatureMissing);
  EXPECT_EQ(reason_for({"eve", IdentityProof::LocalUser}), Reason::NotPermitted);
}

}  // namespace
}  // namespace metergate::access
