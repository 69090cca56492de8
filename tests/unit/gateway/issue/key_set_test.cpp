// SPDX-License-Identifier: Apache-2.0
#include "gateway/issue/key_set.hpp"

#include <gtest/gtest.h>

namespace metergate::issue {
namespace {

using namespace std::chrono_literals;

const UtcTime kNoon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h};

TokenIssue set_of(std::vector<IssuedState> states, UtcTime changed_at = kNoon) {
  TokenIssue issue{.id = CommandId::parse("set-1").value()};
  issue.to_supply_group = 999'902;
  for (const IssuedState state : states) {
    issue.tokens.push_back({static_cast<std::uint16_t>(issue.tokens.size() + 1),
                            TokenDigits::parse("36785355179092001310").value(),
                            state,
                            {},
                            {},
                            changed_at});
  }
  return issue;
}

using enum IssuedState;

TEST(KeySet, IncompleteOneIsForgottenAfterTenMinutes) {
  const TokenIssue issue = set_of({Redeemed, RedeemedByHand, Outstanding});
  EXPECT_TRUE(forgotten(issue, kNoon + 10min).empty());
  ASSERT_EQ(forgotten(issue, kNoon + 10min + 1s).size(), 2U);
  EXPECT_EQ(forgotten(issue, kNoon + 11min)[1].number, 2);
}

TEST(KeySet, LastTokenTakenCounts) {
  TokenIssue issue = set_of({Redeemed, Redeemed, Outstanding});
  issue.tokens[1].changed_at = kNoon + 9min;
  EXPECT_TRUE(forgotten(issue, kNoon + 18min).empty());
  EXPECT_EQ(forgotten(issue, kNoon + 20min).size(), 2U);
}

TEST(KeySet, WholeOneIsNeverForgotten) {
  EXPECT_TRUE(forgotten(set_of({Redeemed, Redeemed, Redeemed}), kNoon + 24h).empty());
}

TEST(KeySet, TokenOfItsOwnIsNoSet) {
  TokenIssue issue = set_of({Outstanding});
  issue.to_supply_group.reset();
  EXPECT_FALSE(is_key_set(issue));
  EXPECT_FALSE(completes(issue, 1));
  EXPECT_TRUE(forgotten(issue, kNoon + 24h).empty());
}

TEST(KeySet, IsCompleteWithItsLastTokenWhicheverThatIs) {
  EXPECT_TRUE(completes(set_of({Redeemed, Outstanding, RedeemedByHand}), 2));
  EXPECT_FALSE(completes(set_of({Outstanding, Outstanding, RedeemedByHand}), 2));
  EXPECT_FALSE(completes(set_of({Refused, Outstanding, Redeemed}), 2));
}

}  // namespace
}  // namespace metergate::issue
