// SPDX-License-Identifier: Apache-2.0
#include "meters/quantity.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace metergate {
namespace {

struct UnitName {
  Unit unit;
  std::string_view symbol;
  std::string_view suffix;
};

constexpr std::array kUnits{
    UnitName{Unit::None, "", ""},
    UnitName{Unit::Wh, "Wh", "wh"},
    UnitName{Unit::VArh, "varh", "varh"},
    UnitName{Unit::VAh, "VAh", "vah"},
    UnitName{Unit::W, "W", "w"},
    UnitName{Unit::VAr, "var", "var"},
    UnitName{Unit::VA, "VA", "va"},
    UnitName{Unit::V, "V", "v"},
    UnitName{Unit::A, "A", "a"},
    UnitName{Unit::Hz, "Hz", "hz"},
    UnitName{Unit::Degree, "deg", "deg"},
    UnitName{Unit::Celsius, "Cel", "c"},
    UnitName{Unit::Percent, "%", "percent"},
    UnitName{Unit::Second, "s", "s"},
    UnitName{Unit::Minute, "min", "min"},
    UnitName{Unit::CurrencyMinor, "minor", "minor"},
};

const UnitName& name_of(Unit unit) { return *std::ranges::find(kUnits, unit, &UnitName::unit); }

}  // namespace

std::string_view unit_symbol(Unit unit) { return name_of(unit).symbol; }
std::string_view unit_suffix(Unit unit) { return name_of(unit).suffix; }

std::optional<Unit> parse_unit(std::string_view symbol) {
  const auto found = std::ranges::find(kUnits, symbol, &UnitName::symbol);
  if (found == kUnits.end()) return std::nullopt;
  return found->unit;
}

double Decimal::as_double() const {
  return static_cast<double>(mantissa) * std::pow(10.0, exponent);
}

std::string Decimal::text() const {
  const bool negative = mantissa < 0;
  // Through unsigned so that the smallest int64 has a magnitude too.
  const auto magnitude =
      negative ? 0 - static_cast<std::uint64_t>(mantissa) : static_cast<std::uint64_t>(mantissa);
  std::string digits = std::to_string(magnitude);
  if (exponent > 0 && magnitude != 0) {
    digits.append(static_cast<std::size_t>(exponent), '0');
  } else if (exponent < 0) {
    const auto places = static_cast<std::size_t>(-exponent);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, 1, '.');
  }
  return negative ? '-' + digits : digits;
}

}  // namespace metergate
