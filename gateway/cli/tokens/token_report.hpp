// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "config/key_config.hpp"
#include "protocols/sts/token_digits.hpp"

namespace metergate::cli {

/// What an engineer reads of twenty digits: one fact a line for people, one member for programs.
/// Key words of a key change are never among them.
struct TokenFact {
  std::string key;    ///< JSON member
  std::string label;  ///< for people
  std::string text;   ///< for people
  std::variant<std::string, std::int64_t, bool, std::vector<std::string>> value;
};

struct TokenReport {
  enum class Verdict : std::uint8_t {
    Sound,      ///< everything that could be checked holds
    Encrypted,  ///< an STS token of class 0 or 2, and no key to read it with
    Wrong,      ///< a check sum, a check digit or a MAC fails, or it belongs to no family
  };
  Verdict verdict = Verdict::Wrong;
  std::vector<TokenFact> facts;

  [[nodiscard]] std::string text() const;
  /// One object with `verdict` and the facts, on one line.
  [[nodiscard]] std::string json() const;
};

/// `keys` may be empty: then what is in the clear is read.
[[nodiscard]] TokenReport report_token(const TokenDigits& digits, const config::KeyConfig& keys);

/// Of text that is no twenty digits.
[[nodiscard]] TokenReport report_malformed(const DigitsFault& fault);

/// `sound`, `encrypted`, `wrong`
[[nodiscard]] std::string_view verdict_word(TokenReport::Verdict verdict);

}  // namespace metergate::cli
