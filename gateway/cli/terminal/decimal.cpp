// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/terminal/decimal.hpp"

#include <algorithm>

#include "protocols/octets/uint128.hpp"

namespace metergate::cli {
namespace {

constexpr std::size_t kMostDigits = 36;

bool is_number(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

void append(Uint128& number, char digit) {
  number = number * 10 + static_cast<Uint128>(digit - '0');
}

}  // namespace

std::optional<ScaledDecimal> parse_decimal(std::string_view text, unsigned decimals) {
  ScaledDecimal out;
  if (text.starts_with('-')) {
    out.sign = sts::Sign::Negative;
    text.remove_prefix(1);
  }
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || (point != std::string_view::npos && fraction.empty())) return std::nullopt;
  if (whole.size() + decimals > kMostDigits || fraction.size() > kMostDigits) return std::nullopt;
  if (!is_number(whole) || !is_number(fraction)) return std::nullopt;
  for (const char digit : whole) append(out.magnitude, digit);
  std::size_t taken = 0;
  for (; taken < std::min<std::size_t>(fraction.size(), decimals); ++taken) {
    append(out.magnitude, fraction[taken]);
  }
  const bool finer = fraction.find_first_not_of('0', taken) != std::string_view::npos;
  for (; taken < decimals; ++taken) out.magnitude *= 10;
  if (finer && out.sign == sts::Sign::Positive) ++out.magnitude;
  return out;
}

std::string decimal_shown(std::uint64_t units, unsigned decimals) {
  std::string digits = std::to_string(units);
  if (decimals == 0) return digits;
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  return digits.insert(digits.size() - decimals, 1, '.');
}

}  // namespace metergate::cli
