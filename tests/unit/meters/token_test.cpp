// SPDX-License-Identifier: Apache-2.0
#include "meters/token.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/utrn/utrn.hpp"

namespace metergate {
namespace {

TEST(Token, KindsReadBackAsWritten) {
  for (const TokenKind kind : {TokenKind::Sts, TokenKind::Utrn}) {
    EXPECT_EQ(parse_token_kind(token_kind_word(kind)), kind);
  }
  EXPECT_EQ(parse_token_kind("STS"), std::nullopt);
}

TEST(Token, DigitsBetweenTheFamiliesBelongToNeither) {
  // 2^66 and the number below the first UTRN.
  for (const char* digits : {"73786976294838206464", "73941569907863060479"}) {
    const auto token = Token::parse(digits);
    ASSERT_FALSE(token) << digits;
    EXPECT_EQ(token.error().reason, DigitsFault::Reason::OutOfRange);
  }
}

TEST(Token, AUtrnWithAnotherLastDigitIsNotTaken) {
  std::size_t taken = 0;
  for (char last = '0'; last <= '9'; ++last) {
    const auto token = Token::parse(std::string{"7394156990786306048"} + last);
    if (token) {
      ++taken;
      EXPECT_EQ(token->kind, TokenKind::Utrn);
    } else {
      EXPECT_EQ(token.error().reason, DigitsFault::Reason::CheckDigit);
    }
  }
  EXPECT_EQ(taken, 1U);
}

TEST(Token, WhatIsNotTwentyDigitsIsNoToken) {
  EXPECT_EQ(Token::parse("123").error().reason, DigitsFault::Reason::WrongLength);
  EXPECT_EQ(Token::parse("1234567890123456789x").error().reason, DigitsFault::Reason::NotADigit);
  EXPECT_EQ(Token::parse("").error().reason, DigitsFault::Reason::WrongLength);
}

RC_GTEST_PROP(TokenLaws, TheFamilyFollowsFromTheNumberAlone, ()) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += static_cast<char>('0' + *rc::gen::inRange(0, 10));
  const auto token = Token::parse(text);
  if (!token) return;
  RC_ASSERT(utrn::in_utrn_range(token->digits) == (token->kind == TokenKind::Utrn));
  RC_ASSERT(token->digits.reveal() == text);
}

}  // namespace
}  // namespace metergate
