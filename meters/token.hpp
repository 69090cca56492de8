// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocols/result.hpp"
#include "protocols/sts/token_digits.hpp"

namespace metergate {

/// The family a code belongs to. The numbers of STS and UTRN never overlap, so the value routes
/// (utrn-and-premier.md 2.5); Secure's own codes are routed by meter model, not by value.
enum class TokenKind : std::uint8_t { Sts, Utrn };

[[nodiscard]] std::string_view token_kind_word(TokenKind kind);
[[nodiscard]] std::optional<TokenKind> parse_token_kind(std::string_view word);

/// A code whose form and check digits have been proved as far as that goes without a key.
struct Token {
  TokenDigits digits;
  TokenKind kind;

  /// Routes twenty digits by value. Faults: digits outside both families' ranges (OutOfRange), a
  /// UTRN whose check digit or a clear (class 1) STS token whose CRC does not hold (CheckDigit).
  [[nodiscard]] static Result<Token, DigitsFault> parse(std::string_view text);

  friend bool operator==(const Token&, const Token&) = default;
};

}  // namespace metergate
