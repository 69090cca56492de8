// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/dlms/data.hpp"

namespace metergate::cosem {

/// What a register's number means: number x 10^scaler, in a unit (Blue Book, 4.3.2).
struct ScalerUnit {
  std::int8_t scaler = 0;
  std::uint8_t unit = 255;  ///< Blue Book, table 4; 255 has none

  friend constexpr bool operator==(const ScalerUnit&, const ScalerUnit&) = default;
};

[[nodiscard]] std::optional<ScalerUnit> decode_scaler_unit(const dlms::Data& data);
[[nodiscard]] dlms::Data encode_scaler_unit(const ScalerUnit& scaler_unit);

/// `Wh`, `var`; empty for a unit that has no symbol here.
[[nodiscard]] std::string_view unit_symbol(std::uint8_t unit);

/// The number in 10^`exponent` of the unit, when that loses nothing: 1234 with scaler 1 is 12340 at
/// exponent 0. Integers throughout: 64-bit counters do not fit into a double.
[[nodiscard]] std::optional<std::int64_t> rescaled(std::int64_t number, std::int8_t scaler,
                                                   std::int8_t exponent);
/// `123.45`: the number as people read it.
[[nodiscard]] std::string decimal_text(std::int64_t number, std::int8_t scaler);

}  // namespace metergate::cosem
