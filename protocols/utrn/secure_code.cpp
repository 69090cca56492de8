// SPDX-License-Identifier: Apache-2.0
#include "protocols/utrn/secure_code.hpp"

#include <array>

#include "protocols/word_list.hpp"

namespace metergate::utrn {
namespace {

constexpr std::array<std::string_view, 7> kWords{
    "Duplicate", "Invalid", "Incorrect", "Incomplete", "Account High", "Account Low", "Key Locked"};

}  // namespace

Result<SecureCode, DigitsFault> SecureCode::parse(std::string_view text) {
  std::string digits;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == ' ' || c == '-') continue;
    if (c < '0' || c > '9') return failure(DigitsFault{DigitsFault::Reason::NotADigit, at});
    digits += c;
  }
  const bool whole = digits.size() % kUnit == 0;
  if (!whole || digits.empty() || digits.size() > kMostUnits * kUnit) {
    return failure(DigitsFault{DigitsFault::Reason::WrongLength, digits.size()});
  }
  return SecureCode{std::move(digits)};
}

std::string SecureCode::reveal_grouped() const {
  std::string out;
  for (std::size_t at = 0; at < digits_.size(); at += kGroup) {
    if (at != 0) out += ' ';
    out.append(digits_, at, kGroup);
  }
  return out;
}

std::string SecureCode::redacted() const {
  return digits_.substr(0, 4) + "…" + digits_.substr(digits_.size() - 2);
}

std::string_view secure_refusal_word(SecureRefusal refusal) { return word_of(kWords, refusal); }

std::optional<SecureRefusal> parse_secure_refusal(std::string_view word) {
  return parse_word<SecureRefusal>(kWords, word);
}

}  // namespace metergate::utrn
