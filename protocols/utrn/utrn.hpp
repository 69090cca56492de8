// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "protocols/result.hpp"
#include "protocols/sts/token_digits.hpp"

namespace metergate::utrn {

/// The first nineteen digits of a UTRN are a number of 64 bits plus this: 97 * 10^17 - 2^61, so
/// that every UTRN is larger than every STS token (GBCS 14.8).
inline constexpr std::uint64_t kPptdOffset = 7'394'156'990'786'306'048U;
inline constexpr std::uint64_t kLastPptd = 9'699'999'999'999'999'999U;

/// Folds all twenty digits with Verhoeff's dihedral scheme, starting with permutation row 4
/// (GBCS 14.8); true for a code whose last digit is its check digit.
[[nodiscard]] bool check_digit_holds(const TokenDigits& digits);

/// The check digit for the first nineteen digits of `digits` (the twentieth is ignored).
[[nodiscard]] std::uint8_t check_digit(const TokenDigits& digits);

/// 73941569907863060480 .. 75382721788621619194: a SMETS2 UTRN of sub-class 0, if its check digit
/// holds (docs/tokens.md).
[[nodiscard]] bool in_utrn_range(const TokenDigits& digits);

/// What twenty digits can be by their value alone; the families never overlap.
enum class DigitFamily : std::uint8_t {
  Sts,                  ///< below 2^66
  Utrn,                 ///< sub-class 0, check digit holds
  UtrnUnknownSubClass,  ///< check digit holds, sub-class reserved
  UtrnWrongCheckDigit,
  Neither,
};
[[nodiscard]] DigitFamily digit_family(const TokenDigits& digits);
/// `sts`, `utrn`, `utrn-unknown-sub-class`, `utrn-bad-check-digit`, `neither`
[[nodiscard]] std::string_view digit_family_word(DigitFamily family);

}  // namespace metergate::utrn
