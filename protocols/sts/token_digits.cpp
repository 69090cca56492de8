// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/token_digits.hpp"

#include <algorithm>
#include <stdexcept>

namespace metergate {

Result<TokenDigits, DigitsFault> TokenDigits::parse(std::string_view text) {
  std::array<char, 20> digits{};
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == ' ' || c == '-') continue;
    if (c < '0' || c > '9') return failure(DigitsFault{DigitsFault::Reason::NotADigit, at});
    if (count < digits.size()) digits[count] = c;
    ++count;
  }
  if (count != digits.size()) return failure(DigitsFault{DigitsFault::Reason::WrongLength, count});
  return TokenDigits{digits};
}

TokenDigits TokenDigits::of(const std::array<std::uint8_t, 20>& values) {
  std::array<char, 20> digits{};
  std::ranges::transform(values, digits.begin(), [](std::uint8_t value) {
    if (value > 9) throw std::out_of_range{"a decimal digit is 0..9"};
    return static_cast<char>('0' + value);
  });
  return TokenDigits{digits};
}

std::string TokenDigits::reveal_grouped(std::size_t group) const {
  std::string out;
  for (std::size_t at = 0; at < digits_.size(); ++at) {
    if (at != 0 && group != 0 && at % group == 0) out += ' ';
    out += digits_[at];
  }
  return out;
}

std::string TokenDigits::redacted() const {
  return std::string{digits_.begin(), digits_.begin() + 4} + "…" +
         std::string{digits_.end() - 2, digits_.end()};
}

std::array<std::uint8_t, 20> TokenDigits::values() const {
  std::array<std::uint8_t, 20> out{};
  std::ranges::transform(digits_, out.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c - '0'); });
  return out;
}

}  // namespace metergate
