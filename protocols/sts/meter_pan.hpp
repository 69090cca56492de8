// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "protocols/field_fault.hpp"
#include "protocols/result.hpp"

namespace metergate::sts {

/// DRN, the decoder reference number on a meter's plate (IEC 62055-41 6.1.2): manufacturer (2 or 4
/// digits), serial (8), Luhn check digit; 11 or 13 digits.
class DecoderReferenceNumber {
 public:
  [[nodiscard]] static Result<DecoderReferenceNumber, FieldFault> parse(std::string_view digits);
  /// Manufacturer code of 2 or 4 digits and serial of 8; the check digit is added.
  [[nodiscard]] static Result<DecoderReferenceNumber, FieldFault> of(std::string_view manufacturer,
                                                                     std::string_view serial);

  [[nodiscard]] const std::string& digits() const { return digits_; }
  [[nodiscard]] std::string_view manufacturer() const;
  [[nodiscard]] std::string_view serial() const;

  friend bool operator==(const DecoderReferenceNumber&, const DecoderReferenceNumber&) = default;

 private:
  explicit DecoderReferenceNumber(std::string digits) : digits_{std::move(digits)} {}
  std::string digits_;
};

/// Meter PAN (IEC 62055-41 6.1.2): issuer (IIN), DRN and a Luhn check digit, 18 digits. An 11-digit
/// DRN stands behind an IIN of 6 digits (600727 unless the operator has his own), a 13-digit one
/// behind 0000.
class MeterPan {
 public:
  static constexpr std::string_view kUsualIssuer = "600727";
  static constexpr std::string_view kIssuerOfThirteen = "0000";

  [[nodiscard]] static Result<MeterPan, FieldFault> parse(std::string_view digits);
  [[nodiscard]] static Result<MeterPan, FieldFault> of(const DecoderReferenceNumber& drn,
                                                       std::string_view issuer);
  /// With the usual issuer for the length of the DRN.
  [[nodiscard]] static MeterPan of(const DecoderReferenceNumber& drn);

  [[nodiscard]] std::string digits() const;
  [[nodiscard]] const std::string& issuer() const { return issuer_; }
  [[nodiscard]] const DecoderReferenceNumber& drn() const { return drn_; }

  friend bool operator==(const MeterPan&, const MeterPan&) = default;

 private:
  MeterPan(std::string issuer, DecoderReferenceNumber drn)
      : issuer_{std::move(issuer)}, drn_{std::move(drn)} {}
  std::string issuer_;
  DecoderReferenceNumber drn_;
};

}  // namespace metergate::sts
