// SPDX-License-Identifier: Apache-2.0
#include "storage/token_issue.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

class TokenIssuesTest : public LedgerTest {
 protected:
  TokenIssue issue(std::string_view id) const {
    TokenIssue made{.id = *CommandId::parse(id)};
    made.meter = m.key;
    made.issued_at = kNow;
    made.operator_name = "anna";
    made.tokens.push_back({1, *TokenDigits::parse("12345678901234567890"), {}, {}, {}});
    made.tokens.push_back({2, *TokenDigits::parse("09876543210987654321"), {}, {}, {}});
    return made;
  }
  StoredMeter m = meter();
};

TEST_F(TokenIssuesTest, WhatWasHandedToWhomComesBackInItsOrder) {
  const auto key = good(ledger->insert_token_issue(issue("t1")));
  good(ledger->add_handover(key, {kNow + 1s, HandChannel::Print, "ben", "c2"}));
  good(ledger->add_handover(key, {kNow, HandChannel::Sms, "anna", "c1"}));
  good(ledger->commit());
  reopen();
  const auto back = good(ledger->handovers(key));
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].operator_name, "anna");
  EXPECT_EQ(back[0].channel, HandChannel::Sms);
  EXPECT_EQ(back[1].at, kNow + 1s);
  EXPECT_EQ(back[1].command, "c2");
}

TEST_F(TokenIssuesTest, ASetIsAsFarAsItsSlowestToken) {
  const auto key = good(ledger->insert_token_issue(issue("t1")));
  EXPECT_EQ(good(ledger->meters_with_outstanding_tokens()), std::vector{m.key});
  auto made = good(ledger->token_issue(*CommandId::parse("t1"))).value();
  ASSERT_EQ(made.tokens.size(), 2U);
  for (IssuedToken& token : made.tokens) {
    EXPECT_EQ(made.state(), IssuedState::Outstanding);
    token.state = IssuedState::Redeemed;
    good(ledger->set_issued_token(key, token, kNow + 1min));
  }
  const auto after = good(ledger->token_issue(*CommandId::parse("t1"))).value();
  EXPECT_EQ(after.state(), IssuedState::Redeemed);
  EXPECT_EQ(after.changed_at, kNow + 1min);
  EXPECT_TRUE(good(ledger->meters_with_outstanding_tokens()).empty());
}

TEST_F(TokenIssuesTest, ATokenThatWasNeverIssuedCannotChange) {
  const auto key = good(ledger->insert_token_issue(issue("t1")));
  IssuedToken stranger = issue("t1").tokens[0];
  stranger.number = 3;
  const auto refused = ledger->set_issued_token(key, stranger, kNow);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("there is no such issued token"), std::string::npos);
}

TEST_F(TokenIssuesTest, NoIssueIsNoError) {
  EXPECT_FALSE(good(ledger->token_issue(*CommandId::parse("t9"))));
  EXPECT_TRUE(good(ledger->token_issues(m.key)).empty());
}

}  // namespace
}  // namespace metergate::test
