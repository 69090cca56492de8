// SPDX-License-Identifier: Apache-2.0
#include "protocols/utrn/ptut.hpp"

#include "protocols/utrn/utrn.hpp"

namespace metergate::utrn {
namespace {

constexpr unsigned kSubClassShift = 57;
constexpr unsigned kCounterShift = 47;
constexpr unsigned kValueClassShift = 45;
constexpr unsigned kValueShift = 32;
constexpr std::uint8_t kLastSubClass = 15;
constexpr std::uint16_t kLastTruncated = 1023;
constexpr std::uint32_t kMinorPerUnit = 100;

std::uint64_t bits(std::uint64_t number, unsigned shift, std::uint64_t last) {
  return (number >> shift) & last;
}

}  // namespace

Result<TopUpValue, FieldFault> TopUpValue::from_minor_units(std::uint64_t minor) {
  if (minor <= kLast) {
    return TopUpValue{ValueClass::Hundredths, static_cast<std::uint16_t>(minor)};
  }
  if (minor % kMinorPerUnit != 0 || minor / kMinorPerUnit > kLast) {
    return failure(FieldFault{"top-up of", std::to_string(minor) + " minor units",
                              "at most 8191, or a multiple of 100 up to 819100"});
  }
  return TopUpValue{ValueClass::WholeUnits, static_cast<std::uint16_t>(minor / kMinorPerUnit)};
}

std::optional<std::uint32_t> TopUpValue::minor_units() const {
  switch (value_class) {
    case ValueClass::Hundredths:
      return value;
    case ValueClass::WholeUnits:
      return value * kMinorPerUnit;
    case ValueClass::Reserved2:
    case ValueClass::Reserved3:
      break;
  }
  return std::nullopt;
}

std::uint32_t ptut_header(const Ptut& ptut) {
  const std::uint64_t upper =
      (std::uint64_t{ptut.sub_class} << kSubClassShift) |
      (std::uint64_t{ptut.truncated_counter} << kCounterShift) |
      (static_cast<std::uint64_t>(ptut.top_up.value_class) << kValueClassShift) |
      (std::uint64_t{ptut.top_up.value} << kValueShift);
  return static_cast<std::uint32_t>(upper >> kValueShift);
}

Result<TokenDigits, FieldFault> encode_utrn(const Ptut& ptut) {
  if (ptut.sub_class > kLastSubClass) {
    return failure(FieldFault{"sub-class", std::to_string(ptut.sub_class), "0..15"});
  }
  if (ptut.truncated_counter > kLastTruncated) {
    return failure(FieldFault{"counter", std::to_string(ptut.truncated_counter), "0..1023"});
  }
  if (ptut.top_up.value > TopUpValue::kLast) {
    return failure(FieldFault{"value", std::to_string(ptut.top_up.value), "0..8191"});
  }
  std::uint64_t pptd = ((std::uint64_t{ptut_header(ptut)} << kValueShift) | ptut.mac) + kPptdOffset;
  std::array<std::uint8_t, 20> values{};
  for (std::size_t at = values.size() - 1; at-- > 0; pptd /= 10) {
    values[at] = static_cast<std::uint8_t>(pptd % 10);
  }
  values.back() = check_digit(TokenDigits::of(values));
  return TokenDigits::of(values);
}

Result<Ptut, UtrnFault> decode_utrn(const TokenDigits& digits) {
  const auto values = digits.values();
  std::uint64_t pptd = 0;
  for (std::size_t at = 0; at + 1 < values.size(); ++at) pptd = pptd * 10 + values[at];
  if (pptd < kPptdOffset || pptd > kLastPptd) return failure(UtrnFault::OutsideRange);
  if (!check_digit_holds(digits)) return failure(UtrnFault::CheckDigit);
  const std::uint64_t number = pptd - kPptdOffset;
  return Ptut{
      .sub_class = static_cast<std::uint8_t>(bits(number, kSubClassShift, kLastSubClass)),
      .truncated_counter = static_cast<std::uint16_t>(bits(number, kCounterShift, kLastTruncated)),
      .top_up = {static_cast<ValueClass>(bits(number, kValueClassShift, 3)),
                 static_cast<std::uint16_t>(bits(number, kValueShift, TopUpValue::kLast))},
      .mac = static_cast<std::uint32_t>(number)};
}

}  // namespace metergate::utrn
