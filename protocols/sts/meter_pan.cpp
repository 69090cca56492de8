// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/meter_pan.hpp"

#include <algorithm>

#include "protocols/sts/luhn.hpp"

namespace metergate::sts {
namespace {

constexpr std::size_t kShortDrn = 11;
constexpr std::size_t kLongDrn = 13;
constexpr std::size_t kSerialDigits = 8;
constexpr std::size_t kPanDigits = 18;

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

FieldFault fault(std::string_view field, std::string_view value, std::string_view expected) {
  return {field, std::string{value}, expected};
}

}  // namespace

Result<DecoderReferenceNumber, FieldFault> DecoderReferenceNumber::parse(std::string_view digits) {
  if ((digits.size() != kShortDrn && digits.size() != kLongDrn) || !all_digits(digits)) {
    return failure(fault("DRN", digits, "11 or 13 digits"));
  }
  if (!luhn_holds(digits)) {
    return failure(fault("DRN", digits, "closed by its Luhn check digit"));
  }
  return DecoderReferenceNumber{std::string{digits}};
}

Result<DecoderReferenceNumber, FieldFault> DecoderReferenceNumber::of(std::string_view manufacturer,
                                                                      std::string_view serial) {
  if ((manufacturer.size() != 2 && manufacturer.size() != 4) || !all_digits(manufacturer)) {
    return failure(fault("manufacturer code", manufacturer, "2 or 4 digits"));
  }
  if (serial.size() != kSerialDigits || !all_digits(serial)) {
    return failure(fault("serial number", serial, "8 digits"));
  }
  std::string digits = std::string{manufacturer} + std::string{serial};
  digits += *luhn_check_digit(digits);
  return DecoderReferenceNumber{std::move(digits)};
}

std::string_view DecoderReferenceNumber::manufacturer() const {
  return std::string_view{digits_}.substr(0, digits_.size() - kSerialDigits - 1);
}

std::string_view DecoderReferenceNumber::serial() const {
  return std::string_view{digits_}.substr(digits_.size() - kSerialDigits - 1, kSerialDigits);
}

Result<MeterPan, FieldFault> MeterPan::parse(std::string_view digits) {
  if (digits.size() != kPanDigits || !all_digits(digits)) {
    return failure(fault("PAN", digits, "18 digits"));
  }
  if (!luhn_holds(digits)) return failure(fault("PAN", digits, "closed by its Luhn check digit"));
  const bool long_drn = digits.starts_with(kIssuerOfThirteen);
  const std::size_t drn_digits = long_drn ? kLongDrn : kShortDrn;
  const std::size_t issuer_digits = kPanDigits - 1 - drn_digits;
  auto drn = DecoderReferenceNumber::parse(digits.substr(issuer_digits, drn_digits));
  if (!drn) return failure(std::move(drn).error());
  return MeterPan{std::string{digits.substr(0, issuer_digits)}, std::move(drn).value()};
}

Result<MeterPan, FieldFault> MeterPan::of(const DecoderReferenceNumber& drn,
                                          std::string_view issuer) {
  if (!all_digits(issuer) || issuer.size() + drn.digits().size() + 1 != kPanDigits) {
    return failure(fault("IIN", issuer, "6 digits before a DRN of 11, 4 before one of 13"));
  }
  // PANs are told apart by their first four digits, so a long DRN has no other issuer.
  if ((issuer.size() == kIssuerOfThirteen.size()) != issuer.starts_with(kIssuerOfThirteen)) {
    return failure(fault("IIN", issuer, "0000 before a DRN of 13 digits, and only there"));
  }
  return MeterPan{std::string{issuer}, drn};
}

MeterPan MeterPan::of(const DecoderReferenceNumber& drn) {
  return {std::string{drn.digits().size() == kLongDrn ? kIssuerOfThirteen : kUsualIssuer}, drn};
}

std::string MeterPan::digits() const {
  std::string digits = issuer_ + drn_.digits();
  digits += *luhn_check_digit(digits);
  return digits;
}

}  // namespace metergate::sts
