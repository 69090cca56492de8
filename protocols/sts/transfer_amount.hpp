// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocols/field_fault.hpp"
#include "protocols/result.hpp"

namespace metergate::sts {

/// The 16-bit floating amount of unit credits and power limits (IEC 62055-41 6.3.6): exponent in
/// bits 15..14, mantissa m in 13..0, value = m * 10^e + 16384 * (10^e - 1) / 9 units. A unit is
/// 0.1 kWh, 0.1 m3 or 0.1 minute in a credit, 1 W in a limit. Every one of the 65536 codes is a
/// value, and larger codes are larger values.
class TransferAmount {
 public:
  static constexpr std::uint64_t kMaxUnits = 18'201'624;

  /// The least amount that is not below `units`: the mantissa is rounded up, so that a customer
  /// never gets less. Past kMaxUnits it is refused.
  [[nodiscard]] static Result<TransferAmount, FieldFault> from_units(std::uint64_t units);
  [[nodiscard]] static constexpr TransferAmount from_code(std::uint16_t code) {
    return TransferAmount{code};
  }

  [[nodiscard]] constexpr std::uint16_t code() const { return code_; }
  [[nodiscard]] std::uint64_t units() const;

  friend bool operator==(const TransferAmount&, const TransferAmount&) = default;

 private:
  explicit constexpr TransferAmount(std::uint16_t code) : code_{code} {}
  std::uint16_t code_;
};

}  // namespace metergate::sts
