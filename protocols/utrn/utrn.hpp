// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocols/result.hpp"
#include "protocols/sts/token_digits.hpp"

namespace metergate::utrn {

/// Folds all twenty digits with Verhoeff's dihedral scheme, starting with permutation row 4
/// (GBCS 14.8); true for a code whose last digit is its check digit.
[[nodiscard]] bool check_digit_holds(const TokenDigits& digits);

/// The check digit for the first nineteen digits of `digits` (the twentieth is ignored).
[[nodiscard]] std::uint8_t check_digit(const TokenDigits& digits);

/// 73941569907863060480 .. 75382721788621619194: a SMETS2 UTRN of sub-class 0, if its check digit
/// holds (utrn-and-premier.md 2.5).
[[nodiscard]] bool in_utrn_range(const TokenDigits& digits);

}  // namespace metergate::utrn
