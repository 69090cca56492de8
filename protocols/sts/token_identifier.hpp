// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocols/field_fault.hpp"
#include "protocols/iso8601/rfc3339.hpp"
#include "protocols/result.hpp"

namespace metergate::sts {

/// The day from which a vending key's minutes are counted (IEC 62055-41 6.1.12); the value is the
/// two-digit code.
enum class BaseDate : std::uint8_t { Y1993 = 93, Y2014 = 14, Y2035 = 35 };

[[nodiscard]] std::chrono::sys_days first_day(BaseDate base);
/// `93`, `14`, `35`
[[nodiscard]] std::string_view base_date_code(BaseDate base);
[[nodiscard]] std::optional<BaseDate> parse_base_date(std::string_view code);

/// TID: whole minutes since the base date, 24 bits (IEC 62055-41 6.3.5).
class TokenIdentifier {
 public:
  static constexpr std::uint32_t kLast = 0xFF'FFFF;

  /// Bits above the 24th are cut off.
  [[nodiscard]] static constexpr TokenIdentifier from_minutes(std::uint32_t minutes) {
    return TokenIdentifier{minutes & kLast};
  }
  [[nodiscard]] constexpr std::uint32_t minutes() const { return minutes_; }

  friend auto operator<=>(const TokenIdentifier&, const TokenIdentifier&) = default;

 private:
  explicit constexpr TokenIdentifier(std::uint32_t minutes) : minutes_{minutes} {}
  std::uint32_t minutes_;
};

/// The minute 00:01 of every day is kept for special tokens; an ordinary token made in it takes the
/// next one, a special one always takes that of its day.
enum class TokenUse : std::uint8_t { Ordinary, Special };

/// How a vending system tells minutes: edition 3 counts UTC, older systems their local time.
struct TokenClock {
  BaseDate base = BaseDate::Y2014;
  std::chrono::minutes local_offset{0};
};

/// Fault: a time before the base date or after its last minute (31 years 10 months later).
[[nodiscard]] Result<TokenIdentifier, FieldFault> token_identifier(
    UtcSeconds time, TokenClock clock, TokenUse use = TokenUse::Ordinary);

/// The start of the TID's minute.
[[nodiscard]] UtcSeconds token_time(TokenIdentifier tid, TokenClock clock);

/// The TID of the next token under a key: the clock's, or the one after the last used where the
/// clock has not passed it, so that two tokens never share one; 00:01 is left out. Nothing when
/// the 24 bits are used up.
[[nodiscard]] std::optional<TokenIdentifier> next_token_identifier(
    TokenIdentifier clock, std::optional<TokenIdentifier> last);

/// KEN: upper octet of the last TID a key is good for; 255 never expires (IEC 62055-41 6.1.11).
struct KeyExpiryNumber {
  std::uint8_t value = 255;
  [[nodiscard]] constexpr TokenIdentifier last_good() const {
    return TokenIdentifier::from_minutes((std::uint32_t{value} << 16U) | 0xFFFFU);
  }
  friend bool operator==(const KeyExpiryNumber&, const KeyExpiryNumber&) = default;
};

[[nodiscard]] constexpr bool expired(TokenIdentifier tid, KeyExpiryNumber ken) {
  return tid.minutes() >> 16U > ken.value;
}

}  // namespace metergate::sts
