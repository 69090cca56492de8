// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/result.hpp"
#include "protocols/sts/token_digits.hpp"

namespace metergate::utrn {

/// A code of Secure's own family (Liberty, Premier): 20, 40 or 60 digits in blocks of five. What is
/// inside is the maker's; it has nothing to do with a SMETS2 UTRN or an STS token, and its digits
/// may look like either. So it is a type of its own, made only where the meter's model says that
/// the meter takes such codes, never by looking at the digits. Money: no formatter, like
/// TokenDigits.
class SecureCode {
 public:
  static constexpr std::size_t kGroup = 5;
  static constexpr std::size_t kUnit = 20;
  static constexpr std::size_t kMostUnits = 3;

  /// Blanks and hyphens are dropped. Faults: NotADigit, or WrongLength (the meter's "Incomplete")
  /// unless 20, 40 or 60 digits are left.
  [[nodiscard]] static Result<SecureCode, DigitsFault> parse(std::string_view text);

  [[nodiscard]] const std::string& reveal() const { return digits_; }
  /// Blocks of five with a blank between, as the meter shows them.
  [[nodiscard]] std::string reveal_grouped() const;
  [[nodiscard]] std::string redacted() const;
  /// 1, 2 or 3 times twenty digits.
  [[nodiscard]] std::size_t units() const { return digits_.size() / kUnit; }

  friend bool operator==(const SecureCode&, const SecureCode&) = default;

 private:
  explicit SecureCode(std::string digits) : digits_{std::move(digits)} {}
  std::string digits_;
};

/// How such a meter answers (Liberty 100 technical reference): a refusal word, or nothing wrong.
enum class SecureRefusal : std::uint8_t {
  Duplicate,    ///< already used
  Invalid,      ///< made for another meter
  Incorrect,    ///< does not authenticate
  Incomplete,   ///< digit count no multiple of 20
  AccountHigh,  ///< would pass the maximum credit
  AccountLow,   ///< not enough to run the meter or to refund
  KeyLocked,    ///< five bad entries in a row; entry is blocked for a while
};
/// `Duplicate`, `Account High` ...: the words on the display.
[[nodiscard]] std::string_view secure_refusal_word(SecureRefusal refusal);
[[nodiscard]] std::optional<SecureRefusal> parse_secure_refusal(std::string_view word);

}  // namespace metergate::utrn
