// SPDX-License-Identifier: Apache-2.0
#include "meters/token.hpp"

#include "protocols/sts/sts_token.hpp"
#include "protocols/utrn/utrn.hpp"

namespace metergate {

std::string_view token_kind_word(TokenKind kind) { return kind == TokenKind::Sts ? "sts" : "utrn"; }

std::optional<TokenKind> parse_token_kind(std::string_view word) {
  if (word == "sts") return TokenKind::Sts;
  if (word == "utrn") return TokenKind::Utrn;
  return std::nullopt;
}

Result<Token, DigitsFault> Token::parse(std::string_view text) {
  const auto digits = TokenDigits::parse(text);
  if (!digits) return failure(digits.error());
  if (const auto bits = sts::token_bits(*digits)) {
    if (!sts::clear_crc_holds(*bits))
      return failure(DigitsFault{DigitsFault::Reason::CheckDigit, 19});
    return Token{*digits, TokenKind::Sts};
  }
  if (!utrn::in_utrn_range(*digits))
    return failure(DigitsFault{DigitsFault::Reason::OutOfRange, 0});
  if (!utrn::check_digit_holds(*digits)) {
    return failure(DigitsFault{DigitsFault::Reason::CheckDigit, 19});
  }
  return Token{*digits, TokenKind::Utrn};
}

}  // namespace metergate
