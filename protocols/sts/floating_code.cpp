// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/floating_code.hpp"

namespace metergate::sts {
namespace {

Uint128 power_of_ten(unsigned exponent) {
  Uint128 power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

/// 16384 * (10^e - 1) / 9: the first value of exponent e, where e - 1 leaves off.
Uint128 offset(Uint128 power) { return Uint128{kMantissas} * ((power - 1) / 9); }

}  // namespace

Uint128 floating_value(std::uint32_t code) {
  const Uint128 power = power_of_ten(code >> kMantissaBits);
  return Uint128{code & (kMantissas - 1)} * power + offset(power);
}

std::optional<std::uint32_t> floating_code(Uint128 value, unsigned max_exponent,
                                           Rounding rounding) {
  if (value >> 120U != 0) return std::nullopt;  // past e = 31, and room for the sums below
  Uint128 power = 1;
  for (std::uint32_t exponent = 0; exponent <= max_exponent; ++exponent, power *= 10) {
    const Uint128 first = offset(power);
    const Uint128 above = value > first ? value - first : 0;
    const Uint128 step_up = rounding == Rounding::Up ? power - 1 : 0;
    const Uint128 mantissa = (above + step_up) / power;
    if (mantissa < kMantissas) {
      return (exponent << kMantissaBits) | static_cast<std::uint32_t>(mantissa);
    }
  }
  return std::nullopt;
}

}  // namespace metergate::sts
