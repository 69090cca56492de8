// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/result.hpp"

namespace metergate {

/// Why something is not the twenty digits of a token.
struct DigitsFault {
  enum class Reason : std::uint8_t { WrongLength, NotADigit, OutOfRange, CheckDigit };
  Reason reason;
  std::size_t position = 0;  ///< index of the offending character; digit count for WrongLength
};

/// Twenty decimal digits as keyed at a meter. Money: there is no formatter and no `<<`; the only
/// way to the text is `reveal()`, and logs show `redacted()`.
class TokenDigits {
 public:
  /// Spaces and hyphens between groups are dropped (IEC 62055-41: groups of four; Secure: five).
  [[nodiscard]] static Result<TokenDigits, DigitsFault> parse(std::string_view text);

  /// From numbers 0..9, most significant first; a larger one throws std::out_of_range, since digits
  /// from outside come through parse().
  [[nodiscard]] static TokenDigits of(const std::array<std::uint8_t, 20>& values);

  [[nodiscard]] std::string reveal() const { return {digits_.begin(), digits_.end()}; }
  /// The text in groups of four (IEC 62055-41) or five (Secure), a blank between them.
  [[nodiscard]] std::string reveal_grouped(std::size_t group = 4) const;
  /// First four and last two digits (faults.md S10): `7394…15`.
  [[nodiscard]] std::string redacted() const;
  /// The digits as numbers 0..9, most significant first.
  [[nodiscard]] std::array<std::uint8_t, 20> values() const;

  friend bool operator==(const TokenDigits&, const TokenDigits&) = default;

 private:
  explicit TokenDigits(std::array<char, 20> digits) : digits_{digits} {}
  std::array<char, 20> digits_;
};

}  // namespace metergate
