// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace metergate {

/// Units as COSEM enumerates them (IEC 62056-6-2, class 3 scaler_unit), written by their symbols.
enum class Unit : std::uint8_t {
  None,
  Wh,
  VArh,
  VAh,
  W,
  VAr,
  VA,
  V,
  A,
  Hz,
  Degree,
  Celsius,
  Percent,
  Second,
  Minute,
  CurrencyMinor,  ///< hundredths of the currency unit
};

[[nodiscard]] std::string_view unit_symbol(Unit unit);
[[nodiscard]] std::optional<Unit> parse_unit(std::string_view symbol);
/// The ending that a raw number's name carries in JSON and SQL: `wh`, `var`, `c`, `minor`, ...
[[nodiscard]] std::string_view unit_suffix(Unit unit);

/// A number as the meter gave it: mantissa x 10^exponent, exact. 2304 and -1 are 230.4.
struct Decimal {
  std::int64_t mantissa = 0;
  std::int8_t exponent = 0;

  [[nodiscard]] double as_double() const;
  /// `230.4`; never in E notation.
  [[nodiscard]] std::string text() const;

  friend constexpr bool operator==(const Decimal&, const Decimal&) = default;
};

}  // namespace metergate
