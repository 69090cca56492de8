// SPDX-License-Identifier: Apache-2.0
#include "protocols/cosem/scaler_unit.hpp"

#include <array>
#include <limits>

#include "protocols/dlms/data_access.hpp"

namespace metergate::cosem {
namespace {

struct Symbol {
  std::uint8_t unit;
  std::string_view text;
};

constexpr std::array kSymbols{
    Symbol{6, "min"}, Symbol{7, "s"},    Symbol{9, "\u00B0C"}, Symbol{10, "currency"},
    Symbol{13, "m3"}, Symbol{27, "W"},   Symbol{28, "VA"},     Symbol{29, "var"},
    Symbol{30, "Wh"}, Symbol{31, "VAh"}, Symbol{32, "varh"},   Symbol{33, "A"},
    Symbol{35, "V"},  Symbol{44, "Hz"},  Symbol{56, "%"},
};

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

}  // namespace

std::optional<ScalerUnit> decode_scaler_unit(const dlms::Data& data) {
  const dlms::DataList* fields = dlms::structure_of(data, 2);
  if (fields == nullptr) return std::nullopt;
  const auto scaler = dlms::integer_of((*fields)[0]);
  const auto unit = dlms::integer_of((*fields)[1]);
  if (!scaler || !unit || *scaler < -128 || *scaler > 127 || *unit < 0 || *unit > 255) {
    return std::nullopt;
  }
  return ScalerUnit{static_cast<std::int8_t>(*scaler), static_cast<std::uint8_t>(*unit)};
}

dlms::Data encode_scaler_unit(const ScalerUnit& scaler_unit) {
  return dlms::Structure{{scaler_unit.scaler, dlms::Enum{scaler_unit.unit}}};
}

std::string_view unit_symbol(std::uint8_t unit) {
  for (const Symbol& symbol : kSymbols) {
    if (symbol.unit == unit) return symbol.text;
  }
  return {};
}

std::optional<std::int64_t> rescaled(std::int64_t number, std::int8_t scaler,
                                     std::int8_t exponent) {
  int steps = scaler - exponent;
  if (number == 0) return 0;
  for (; steps > 0; --steps) {
    if (number > kMost / 10 || number < -(kMost / 10)) return std::nullopt;
    number *= 10;
  }
  for (; steps < 0; ++steps) {
    if (number % 10 != 0) return std::nullopt;
    number /= 10;
  }
  return number;
}

std::string decimal_text(std::int64_t number, std::int8_t scaler) {
  std::string digits = std::to_string(number);
  if (scaler >= 0) {
    if (number != 0) digits.append(static_cast<std::size_t>(scaler), '0');
    return digits;
  }
  const auto places = static_cast<std::size_t>(-scaler);
  const std::size_t sign = number < 0 ? 1 : 0;
  if (digits.size() - sign <= places) {
    digits.insert(sign, places + 1 - (digits.size() - sign), '0');
  }
  digits.insert(digits.size() - places, 1, '.');
  return digits;
}

}  // namespace metergate::cosem
