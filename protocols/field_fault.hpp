// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace metergate {

/// Why a value cannot be a field of a token, a key or an identifier. `value` never holds key octets
/// or token digits; for those it says their length.
struct FieldFault {
  std::string_view field;
  std::string value;
  std::string_view expected;

  /// `KRN 12: must be 1..9`
  [[nodiscard]] std::string text() const {
    return std::string{field} + ' ' + value + ": must be " + std::string{expected};
  }
  friend bool operator==(const FieldFault&, const FieldFault&) = default;
};

}  // namespace metergate
