// SPDX-License-Identifier: Apache-2.0
#include "protocols/utrn/secure_code.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace metergate::utrn {
namespace {

TEST(SecureCode, TwentyFortyAndSixtyDigitsAreOne) {
  for (const std::size_t units : {1U, 2U, 3U}) {
    const auto code = SecureCode::parse(std::string(20 * units, '7'));
    ASSERT_TRUE(code);
    EXPECT_EQ(code->units(), units);
  }
}

TEST(SecureCode, AnyOtherCountIsIncomplete) {
  for (const std::size_t count : {0U, 5U, 19U, 21U, 39U, 41U, 61U, 80U}) {
    const auto code = SecureCode::parse(std::string(count, '1'));
    ASSERT_FALSE(code) << count;
    EXPECT_EQ(code.error().reason, DigitsFault::Reason::WrongLength);
    EXPECT_EQ(code.error().position, count);
  }
  EXPECT_EQ(SecureCode::parse("1234567890123456789x").error().reason,
            DigitsFault::Reason::NotADigit);
}

TEST(SecureCode, IsShownInBlocksOfFive) {
  const auto code = SecureCode::parse("12345-67890 12345-67890").value();
  EXPECT_EQ(code.reveal_grouped(), "12345 67890 12345 67890");
  EXPECT_EQ(code.redacted(), "1234…90");
}

TEST(SecureCode, IsNoTokenOfAnotherFamilyByType) {
  static_assert(!std::is_convertible_v<SecureCode, TokenDigits>);
  static_assert(!std::is_constructible_v<SecureCode, TokenDigits>);
  static_assert(!std::is_constructible_v<TokenDigits, SecureCode>);
}

TEST(SecureRefusal, WordsReadBackAsWritten) {
  for (int i = 0; i <= static_cast<int>(SecureRefusal::KeyLocked); ++i) {
    const auto refusal = static_cast<SecureRefusal>(i);
    EXPECT_EQ(parse_secure_refusal(secure_refusal_word(refusal)), refusal);
  }
  EXPECT_EQ(parse_secure_refusal("Accepted"), std::nullopt);
}

}  // namespace
}  // namespace metergate::utrn
