// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/currency_amount.hpp"

#include "protocols/sts/floating_code.hpp"

namespace metergate::sts {
namespace {

constexpr unsigned kMaxExponent = 31;
constexpr unsigned kSignBit = 19;
constexpr std::size_t kDecimals = 5;

}  // namespace

std::string HundredThousandths::text() const {
  std::string digits = decimal_text(magnitude);
  if (digits.size() <= kDecimals) digits.insert(0, kDecimals + 1 - digits.size(), '0');
  digits.insert(digits.size() - kDecimals, 1, '.');
  return sign == Sign::Negative && magnitude != 0 ? '-' + digits : digits;
}

Result<CurrencyAmount, FieldFault> CurrencyAmount::from_units(HundredThousandths units) {
  const Rounding rounding = units.sign == Sign::Positive ? Rounding::Up : Rounding::Down;
  const auto code = floating_code(units.magnitude, kMaxExponent, rounding);
  if (!code) {
    return failure(FieldFault{"currency amount", units.text(), "at most 1.82e30 of the currency"});
  }
  return CurrencyAmount{*code | (static_cast<std::uint32_t>(units.sign) << kSignBit)};
}

HundredThousandths CurrencyAmount::units() const {
  return {static_cast<Sign>(code_ >> kSignBit), floating_value(code_ & ((1U << kSignBit) - 1))};
}

}  // namespace metergate::sts
