// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "protocols/field_fault.hpp"
#include "protocols/result.hpp"
#include "protocols/sts/token_digits.hpp"

namespace metergate::utrn {

/// Two bits that say what the value counts; 2 and 3 are reserved.
enum class ValueClass : std::uint8_t {
  Hundredths = 0,
  WholeUnits = 1,
  Reserved2 = 2,
  Reserved3 = 3
};

/// What a top-up adds: 13 bits of hundredths or of whole units of the currency, so 0.00 to 81.91 or
/// 0 to 8191.
struct TopUpValue {
  static constexpr std::uint16_t kLast = 8191;

  ValueClass value_class = ValueClass::Hundredths;
  std::uint16_t value = 0;

  /// In hundredths where they reach, else in whole units. Fault: above 81.91 with hundredths left
  /// over, or above 8191.00.
  [[nodiscard]] static Result<TopUpValue, FieldFault> from_minor_units(std::uint64_t minor);
  /// Hundredths of the currency unit; nothing for a reserved class.
  [[nodiscard]] std::optional<std::uint32_t> minor_units() const;
  friend bool operator==(const TopUpValue&, const TopUpValue&) = default;
};

/// The prepayment top-up token of GBCS 14.8, 64 bits: three zero bits, sub-class 4 (zero in every
/// code there is), counter 10, value class 2, value 13, MAC 32.
struct Ptut {
  std::uint8_t sub_class = 0;
  std::uint16_t truncated_counter = 0;
  TopUpValue top_up{};
  std::uint32_t mac = 0;

  friend bool operator==(const Ptut&, const Ptut&) = default;
};

/// The upper 32 bits, which the MAC covers.
[[nodiscard]] std::uint32_t ptut_header(const Ptut& ptut);

/// The UTRN: PTUT + 97 * 10^17 - 2^61 in nineteen digits (the PPTD), and the check digit. Fault: a
/// field too wide for its place.
[[nodiscard]] Result<TokenDigits, FieldFault> encode_utrn(const Ptut& ptut);

/// Why twenty digits are no UTRN.
enum class UtrnFault : std::uint8_t {
  OutsideRange,  ///< an STS token, or neither
  CheckDigit,    ///< a digit is wrong, or two neighbours are swapped
};

/// The fields of a code whose check digit holds, whatever its sub-class.
[[nodiscard]] Result<Ptut, UtrnFault> decode_utrn(const TokenDigits& digits);

}  // namespace metergate::utrn
