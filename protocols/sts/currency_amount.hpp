// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "protocols/field_fault.hpp"
#include "protocols/octets/uint128.hpp"
#include "protocols/result.hpp"

namespace metergate::sts {

enum class Sign : std::uint8_t { Positive = 0, Negative = 1 };

/// A signed number of hundred-thousandths of the base currency; -0 is not told from 0.
struct HundredThousandths {
  Sign sign = Sign::Positive;
  Uint128 magnitude = 0;

  /// `-1.00000`
  [[nodiscard]] std::string text() const;
  friend bool operator==(const HundredThousandths& a, const HundredThousandths& b) {
    return a.magnitude == b.magnitude && (a.sign == b.sign || a.magnitude == 0);
  }
};

/// The 20-bit currency amount (IEC 62055-41 6.3.6): sign in bit 19, exponent in 18..14, mantissa in
/// 13..0, unit 10^-5 of the base currency. Reaches 1.8 * 10^35 units.
class CurrencyAmount {
 public:
  /// Positive amounts are rounded up, negative ones towards zero: never to the customer's harm.
  [[nodiscard]] static Result<CurrencyAmount, FieldFault> from_units(HundredThousandths units);
  /// Bits above the twentieth are cut off.
  [[nodiscard]] static constexpr CurrencyAmount from_code(std::uint32_t code) {
    return CurrencyAmount{code & 0xFFFFFU};
  }

  [[nodiscard]] constexpr std::uint32_t code() const { return code_; }
  [[nodiscard]] HundredThousandths units() const;

  friend bool operator==(const CurrencyAmount&, const CurrencyAmount&) = default;

 private:
  explicit constexpr CurrencyAmount(std::uint32_t code) : code_{code} {}
  std::uint32_t code_;
};

}  // namespace metergate::sts
