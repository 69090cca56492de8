// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "protocols/octets/uint128.hpp"

/// What the 16-bit and the 20-bit amount have in common (IEC 62055-41 6.3.6): exponent e and 14-bit
/// mantissa m, value = m * 10^e + off(e), off(e) = 16384 * (10^e - 1) / 9.
namespace metergate::sts {

inline constexpr unsigned kMantissaBits = 14;
inline constexpr std::uint32_t kMantissas = 1U << kMantissaBits;

enum class Rounding : std::uint8_t { Up, Down };

/// Exponent and mantissa as one number, the order of the values.
[[nodiscard]] Uint128 floating_value(std::uint32_t code);

/// The nearest code on the rounding's side; nothing when `value` lies past the last one of
/// `max_exponent`. Rounding up carries into the next exponent: 180223 becomes e = 2, m = 0.
[[nodiscard]] std::optional<std::uint32_t> floating_code(Uint128 value, unsigned max_exponent,
                                                         Rounding rounding);

}  // namespace metergate::sts
