// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocols/sts/currency_amount.hpp"

namespace metergate::cli {

/// A decimal number as typed (`25.6`, `-1`), in units of 10^-decimals, exactly. What is finer than
/// the unit goes the customer's way, as in a token: up for a positive number, towards zero for a
/// negative one. Nothing for other text or more than 36 digits.
struct ScaledDecimal {
  sts::Sign sign = sts::Sign::Positive;
  Uint128 magnitude = 0;
};
[[nodiscard]] std::optional<ScaledDecimal> parse_decimal(std::string_view text, unsigned decimals);

/// `256` with one decimal: `25.6`.
[[nodiscard]] std::string decimal_shown(std::uint64_t units, unsigned decimals);

}  // namespace metergate::cli
