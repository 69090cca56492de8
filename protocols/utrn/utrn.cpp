// SPDX-License-Identifier: Apache-2.0
#include "protocols/utrn/utrn.hpp"

#include <array>
#include <string>

#include "protocols/sts/sts_token.hpp"
#include "protocols/utrn/ptut.hpp"

namespace metergate::utrn {
namespace {

using Digit = std::uint8_t;
constexpr std::size_t kFirstRow = 4;  // GBCS starts here so that the 20th digit falls on row 7

/// Row r is the permutation of digits used at positions whose row is r (GBCS table 14.8a).
constexpr std::array<std::array<Digit, 10>, 8> kPermutation = [] {
  std::array<std::array<Digit, 10>, 8> rows{};
  constexpr std::array<Digit, 10> kStep{1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
  for (Digit d = 0; d < 10; ++d) rows[0][d] = d;
  for (std::size_t row = 1; row < rows.size(); ++row) {
    for (Digit d = 0; d < 10; ++d) rows[row][d] = kStep[rows[row - 1][d]];
  }
  return rows;
}();

/// The product in the dihedral group of order ten (GBCS table 14.8b): 0..4 turn, 5..9 reflect.
constexpr Digit product(Digit a, Digit b) {
  if (a < 5) return static_cast<Digit>(b < 5 ? (a + b) % 5 : 5 + (a + b - 5) % 5);
  const auto turned = b < 5 ? (a - 5 - b + 5) % 5 : (a - b + 5) % 5;
  return static_cast<Digit>(b < 5 ? 5 + turned : turned);
}

constexpr Digit fold(const std::array<Digit, 20>& digits, std::size_t count) {
  Digit state = 0;
  for (std::size_t i = 0; i < count; ++i) {
    state = product(state, kPermutation[(kFirstRow + i) % kPermutation.size()][digits[i]]);
  }
  return state;
}

}  // namespace

bool check_digit_holds(const TokenDigits& digits) { return fold(digits.values(), 20) == 0; }

std::uint8_t check_digit(const TokenDigits& digits) {
  auto values = digits.values();
  for (values[19] = 0; values[19] < 9; ++values[19]) {
    if (fold(values, 20) == 0) break;
  }
  return values[19];
}

bool in_utrn_range(const TokenDigits& digits) {
  // Equal lengths: the order of the texts is the order of the numbers.
  const std::string text = digits.reveal();
  return text >= "73941569907863060480" && text <= "75382721788621619194";
}

DigitFamily digit_family(const TokenDigits& digits) {
  if (sts::token_bits(digits)) return DigitFamily::Sts;
  const auto ptut = decode_utrn(digits);
  if (ptut) return ptut->sub_class == 0 ? DigitFamily::Utrn : DigitFamily::UtrnUnknownSubClass;
  return ptut.error() == UtrnFault::CheckDigit ? DigitFamily::UtrnWrongCheckDigit
                                               : DigitFamily::Neither;
}

std::string_view digit_family_word(DigitFamily family) {
  switch (family) {
    case DigitFamily::Sts:
      return "sts";
    case DigitFamily::Utrn:
      return "utrn";
    case DigitFamily::UtrnUnknownSubClass:
      return "utrn-unknown-sub-class";
    case DigitFamily::UtrnWrongCheckDigit:
      return "utrn-bad-check-digit";
    case DigitFamily::Neither:
      break;
  }
  return "neither";
}

}  // namespace metergate::utrn
