// SPDX-License-Identifier: Apache-2.0
#include "config/read_access.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.hpp"
#include "tests/unit/config/mistakes.hpp"

namespace metergate::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kKeyA = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const std::string kKeyB = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
const std::string kRole = "[[role]]\nname = \"tech\"\nfunctions = [\"tamper-reset\"]\n";

std::string operator_with(const std::string& rest) {
  return "[[operator]]\nroles = [\"tech\"]\n" + rest + '\n';
}

AccessRules rules(const std::string& text) {
  const auto read = parse("site = \"s\"\n" + text, "m.toml");
  EXPECT_TRUE(read) << read.error().front().text();
  return read ? read->access : AccessRules{};
}

std::vector<std::string> access_mistakes(const std::string& text) {
  return mistakes("site = \"s\"\n" + text);
}

TEST(ReadAccess, WithoutAWordOnItNothingIsConfiguredAndEverythingSafe) {
  const AccessRules none = rules("");
  EXPECT_EQ(none, AccessRules{});
  EXPECT_FALSE(none.configured);
  EXPECT_TRUE(none.require_signature);
  EXPECT_FALSE(none.sign_relay);
  EXPECT_EQ(none.meters_alone_per_hour, 0U);
  EXPECT_EQ(none.dual_control, TokenFunctionSet{TokenFunction::SupplyGroup});
}

TEST(ReadAccess, WhatTakesASecondOperatorWantsOneWhoCanApprove) {
  const std::string limit = "[access]\nmeters_alone_per_hour = 25\n" + std::string{kRole};
  const std::string anna =
      "[[operator]]\nname = \"anna\"\nroles = []\npublic_keys = [\"" + std::string{kKeyA} + "\"]\n";
  const std::string ben = "[[operator]]\nname = \"ben\"\nroles = []\nlocal_user = \"ben\"\n";
  EXPECT_EQ(rules(limit + anna + ben).meters_alone_per_hour, 25U);
  for (const std::string& few : {limit, limit + anna, limit + ben}) {
    EXPECT_THAT(access_mistakes(few), testing::Contains(HasSubstr("meters_alone_per_hour"))) << few;
  }
  EXPECT_THAT(access_mistakes("[access]\nmeters_alone_per_hour = 10001\n"),
              ElementsAre(HasSubstr("access.meters_alone_per_hour is 10001")));
}

TEST(ReadAccess, AnyOfTheTablesMakesItConfigured) {
  EXPECT_TRUE(rules("[access]\n").configured);
  EXPECT_TRUE(rules(kRole).configured);
}

TEST(ReadAccess, RolesAndOperatorsAreReadInFull) {
  const AccessRules read = rules(
      "[access]\nrequire_signature = false\nalways_signed = []\nsign_relay = true\n"
      "dual_control = [\"supply-group\", \"clear-credit\"]\n"
      "[access.refused_when]\ntampered = []\nrelay_on = [\"clear-credit\"]\nsingle_phase = []\n"
      "[[role]]\nname = \"chief\"\n"
      "functions = [\"credit\", \"free-issue\", \"power-limit\"]\n"
      "credit_limit_wh = 100000\nfree_issue_limit_wh = 5000\n"
      "power_limit_min_w = 500\npower_limit_max_w = 8000\nengineering_to_customer = true\nregistry "
      "= true\n"
      "[[operator]]\nname = \"anna\"\nroles = [\"chief\"]\n"
      "public_keys = [\"" +
      kKeyA + "\", \"" + kKeyB + "\"]\nlocal_user = \"ak\"\n");
  EXPECT_TRUE(read.configured);
  EXPECT_FALSE(read.require_signature);
  EXPECT_TRUE(read.always_signed.empty());
  EXPECT_TRUE(read.sign_relay);
  EXPECT_EQ(read.dual_control.text(), "clear-credit, supply-group");
  const auto refused = [&](MeterCondition when) {
    return read.refused_when[static_cast<std::size_t>(when)].text();
  };
  EXPECT_EQ(refused(MeterCondition::Tampered), "none");
  EXPECT_EQ(refused(MeterCondition::RelayOn), "clear-credit");
  EXPECT_EQ(refused(MeterCondition::SinglePhase), "phase-unbalance-limit");
  EXPECT_EQ(refused(MeterCondition::PhasesUnknown), "phase-unbalance-limit");
  ASSERT_EQ(read.roles.size(), 1U);
  EXPECT_EQ(read.roles[0].functions.text(), "credit, free-issue, power-limit");
  EXPECT_EQ(read.roles[0].credit_limit_wh, 100'000);
  EXPECT_EQ(read.roles[0].free_issue_limit_wh, 5'000);
  EXPECT_EQ(read.roles[0].power_limit_min_w, 500);
  EXPECT_EQ(read.roles[0].power_limit_max_w, 8'000);
  EXPECT_TRUE(read.roles[0].engineering_to_customer);
  EXPECT_TRUE(read.roles[0].registry);
  ASSERT_EQ(read.operators.size(), 1U);
  EXPECT_EQ(read.operators[0].name, "anna");
  EXPECT_THAT(read.operators[0].roles, ElementsAre("chief"));
  EXPECT_EQ(read.operators[0].public_keys.size(), 2U);
  EXPECT_EQ(read.operators[0].public_keys[0].front(), 0xD7);
  EXPECT_EQ(read.operators[0].local_user, "ak");
}

TEST(ReadAccess, AWrongWordIsToldWithTheNearestOne) {
  EXPECT_THAT(access_mistakes("[access]\ndual_control = [\"suply-group\"]\n"),
              ElementsAre(HasSubstr("m.toml:3: access.dual_control is \"suply-group\"; allowed: "
                                    "did you mean `supply-group`? one of credit, free-issue")));
  EXPECT_THAT(
      access_mistakes(kRole + "[[operator]]\nname = \"a\"\nroles = [\"teck\"]\n"
                              "local_user = \"a\"\n"),
      ElementsAre(HasSubstr("operator[1].roles is \"teck\"; allowed: did you mean `tech`")));
  EXPECT_THAT(access_mistakes("[access]\nrequire_signatures = true\n"),
              ElementsAre(HasSubstr("did you mean `require_signature`?")));
  EXPECT_THAT(access_mistakes("[access.refused_when]\ntamperd = []\n"),
              ElementsAre(HasSubstr("did you mean `tampered`?")));
}

TEST(ReadAccess, ALimitGoesWithItsFunctionAndAFunctionWithItsLimit) {
  EXPECT_THAT(
      access_mistakes("[[role]]\nname = \"a\"\nfunctions = [\"credit\", \"power-limit\"]\n"
                      "free_issue_limit_wh = 5\n"),
      ElementsAre(HasSubstr("role[1].credit_limit_wh is missing"),
                  HasSubstr("role[1].power_limit_max_w is missing"),
                  HasSubstr("role[1].free_issue_limit_wh is 5; allowed: none, or free-issue")));
  EXPECT_THAT(access_mistakes("[[role]]\nname = \"a\"\nfunctions = [\"power-limit\"]\n"
                              "power_limit_min_w = 900\npower_limit_max_w = 800\n"),
              ElementsAre(HasSubstr("power_limit_max_w is 800; allowed: at least")));
  EXPECT_THAT(access_mistakes("[[role]]\nname = \"a\"\nfunctions = [\"power-limit\"]\n"
                              "power_limit_max_w = 9\n"),
              Not(ElementsAre()));
}

TEST(ReadAccess, AWrongPublicKeyIsNotShownSinceItMayBeThePrivateOne) {
  const std::string pasted = kKeyA.substr(2);
  const auto text =
      access_mistakes(kRole + operator_with("name = \"a\"\npublic_keys = [\"" + pasted + "\"]"));
  ASSERT_EQ(text.size(), 1U);
  EXPECT_THAT(text[0], HasSubstr("62 characters"));
  EXPECT_THAT(text[0], Not(HasSubstr(pasted.substr(0, 8))));
}

TEST(ReadAccess, AKeyEverybodyCanSignWithIsNoKey) {
  EXPECT_THAT(access_mistakes(kRole + operator_with("name = \"a\"\npublic_keys = [\"" +
                                                    std::string(64, '0') + "\"]")),
              ElementsAre(HasSubstr("a key that not everybody can sign with")));
}

TEST(ReadAccess, NamesKeysAndLoginsBelongToOneOperator) {
  const std::string one =
      operator_with("name = \"a\"\nlocal_user = \"u\"\npublic_keys = [\"" + kKeyA + "\"]");
  EXPECT_THAT(
      access_mistakes(kRole + one + one),
      ElementsAre(HasSubstr("operator[2].name is \"a\""),
                  HasSubstr("operator[2].local_user is \"u\""), HasSubstr("a has this one")));
}

TEST(ReadAccess, AnOperatorWhoCouldNeverProveItIsAMistakeWhereProofIsAsked) {
  EXPECT_THAT(access_mistakes(kRole + operator_with("name = \"anna\"")),
              ElementsAre(HasSubstr("nobody can prove to be anna")));
  EXPECT_THAT(access_mistakes("[access]\nrequire_signature = false\n" + kRole +
                              operator_with("name = \"anna\"")),
              ElementsAre());
}

}  // namespace
}  // namespace metergate::config
