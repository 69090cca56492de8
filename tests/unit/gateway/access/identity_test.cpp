// SPDX-License-Identifier: Apache-2.0
#include "gateway/access/identity.hpp"

#include <gtest/gtest.h>

#include "tests/unit/gateway/access/access_samples.hpp"

namespace metergate::access {
namespace {

const std::string kMessage = "metergate-command-v1\ns\nissue-token\nm1\n{}";

crypto::Ed25519Signature signature_of(std::uint8_t key, const std::string& text = kMessage) {
  return *crypto::ed25519_sign(sample_key(key).private_key,
                               {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

CommandProof signed_by(const std::string& name, std::uint8_t key) {
  return {name, kMessage, signature_of(key), "", std::nullopt};
}

TEST(Identify, ASignatureProvesTheOperatorAndNamesTheKey) {
  const auto who = identify(sample_rules(), signed_by("tom", 2), std::nullopt);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->requester.name, "tom");
  EXPECT_EQ(who->requester.proof, IdentityProof::Signature);
  EXPECT_EQ(who->requester.key_id, key_id(sample_key(2).public_key));
  EXPECT_EQ(who->requester.key_id.size(), 16U);
  EXPECT_FALSE(who->approver);
}

TEST(Identify, EitherKeyHoldsWhileOneReplacesTheOther) {
  AccessRules rules = sample_rules();
  rules.operators[1].public_keys.push_back(sample_key(9).public_key);
  for (const auto key : {std::uint8_t{2}, std::uint8_t{9}}) {
    EXPECT_TRUE(identify(rules, signed_by("tom", key), std::nullopt));
  }
  rules.operators[1].public_keys.erase(rules.operators[1].public_keys.begin());
  EXPECT_FALSE(identify(rules, signed_by("tom", 2), std::nullopt));
}

TEST(Identify, AnotherKeyAnotherNameAndAStrangerAreAllTheSame) {
  for (const auto& proof : {signed_by("tom", 3), signed_by("tina", 2), signed_by("eve", 2)}) {
    const auto who = identify(sample_rules(), proof, std::nullopt);
    ASSERT_FALSE(who);
    EXPECT_EQ(who.error().reason, Reason::SignatureWrong);
    EXPECT_EQ(who.error().field, "signature");
  }
}

TEST(Identify, AWrongSignatureIsRefusedEvenWhereNoneIsNeeded) {
  AccessRules rules = sample_rules();
  rules.require_signature = false;
  EXPECT_FALSE(identify(rules, signed_by("tom", 3), std::nullopt));
  EXPECT_FALSE(identify(rules, signed_by("tom", 3), LocalPeer{"root", true}));
}

TEST(Identify, WithoutASignatureTheBrokersWordIsTakenDownAsSuch) {
  const auto who = identify(sample_rules(), {"tom", "", {}, "", {}}, std::nullopt);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->requester.name, "tom");
  EXPECT_EQ(who->requester.proof, IdentityProof::Broker);
}

TEST(Identify, ALocalUserIsWhoTheKernelSaysAndNotWhoTheBodySays) {
  AccessRules rules = sample_rules();
  rules.operators[0].local_user = "cl";
  const auto known = identify(rules, {"tom", "", {}, "", {}}, LocalPeer{"cl", false});
  ASSERT_TRUE(known);
  EXPECT_EQ(known->requester.name, "clara");
  EXPECT_EQ(known->requester.proof, IdentityProof::LocalUser);
  // A login that happens to be an operator's name is not that operator.
  const auto other = identify(rules, {"tom", "", {}, "", {}}, LocalPeer{"nobody", false});
  EXPECT_EQ(other->requester.name, "nobody");
}

TEST(Identify, AnApprovalIsProvedByItsOwnSignature) {
  CommandProof proof = signed_by("tom", 2);
  proof.approver = "tina";
  proof.approval = signature_of(3);
  const auto who = identify(sample_rules(), proof, std::nullopt);
  ASSERT_TRUE(who);
  ASSERT_TRUE(who->approver);
  EXPECT_EQ(who->approver->name, "tina");
  EXPECT_EQ(who->approver->proof, IdentityProof::Signature);

  proof.approval = signature_of(2);
  EXPECT_EQ(identify(sample_rules(), proof, std::nullopt).error().field, "approval.signature");
  proof.approval.reset();
  EXPECT_EQ(identify(sample_rules(), proof, std::nullopt).error().reason, Reason::SignatureMissing);
}

TEST(Identify, AnApprovalOfOnePersonsCommandIsNotBroughtByAnother) {
  AccessRules rules = sample_rules();
  rules.operators[1].local_user = "tom";
  rules.operators[3].local_user = "carl";
  const CommandProof proof{"tom", kMessage, {}, "tina", signature_of(3)};
  EXPECT_TRUE(identify(rules, proof, LocalPeer{"tom", false}));
  const auto other = identify(rules, proof, LocalPeer{"carl", false});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().field, "operator");
}

Identities who_signed(const std::string& name, std::uint8_t key) {
  return {{name, IdentityProof::Signature, key_id(sample_key(key).public_key)}, std::nullopt};
}

// faults.md S7
TEST(NoLongerKnown, AKeyThatWasTakenOutIsNobodysAnyMore) {
  AccessRules rules = sample_rules();
  EXPECT_FALSE(no_longer_known(rules, who_signed("tom", 2), std::nullopt));
  rules.operators[1].public_keys = {sample_key(9).public_key};
  const auto gone = no_longer_known(rules, who_signed("tom", 2), std::nullopt);
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->reason, Reason::NotPermitted);
  EXPECT_EQ(gone->field, "operator");
  EXPECT_NE(gone->expected.find(key_id(sample_key(2).public_key)), std::string::npos);
  rules.operators.erase(rules.operators.begin() + 1);
  EXPECT_TRUE(no_longer_known(rules, who_signed("tom", 2), std::nullopt));
  // An earlier release kept no key: his name alone is judged, elsewhere.
  EXPECT_FALSE(no_longer_known(rules, {{"tom", IdentityProof::Signature}, {}}, std::nullopt));
}

TEST(NoLongerKnown, TheSecondOperatorsKeyCountsAsMuch) {
  AccessRules rules = sample_rules();
  Identities both = who_signed("tom", 2);
  both.approver = who_signed("tina", 3).requester;
  EXPECT_FALSE(no_longer_known(rules, both, std::nullopt));
  rules.operators[2].public_keys.clear();
  const auto gone = no_longer_known(rules, both, std::nullopt);
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->field, "approval.operator");
  EXPECT_EQ(gone->value, "tina");
}

TEST(NoLongerKnown, ALoginThatBecameAnothersIsNotHisAnyMore) {
  AccessRules rules = sample_rules();
  rules.operators[1].local_user = "duty";
  const Identities tom{{"tom", IdentityProof::LocalUser}, std::nullopt};
  const LocalPeer duty{"duty", false};
  EXPECT_FALSE(no_longer_known(rules, tom, duty));
  rules.operators[1].local_user.clear();
  rules.operators[2].local_user = "duty";
  ASSERT_TRUE(no_longer_known(rules, tom, duty));
  EXPECT_EQ(no_longer_known(rules, tom, duty)->value, "tom");
}

}  // namespace
}  // namespace metergate::access
