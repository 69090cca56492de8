// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace metergate::dlms {

/// Why octets are no APDU of association control: the field, where it stands and what would be
/// right. Never the octets found there: they may be a password or a key.
struct AcseFault {
  std::string_view field;
  std::size_t offset = 0;
  std::string_view expected;

  /// `authentication-value at octet 31: must be 1..64 octets`
  [[nodiscard]] std::string text() const {
    return std::string{field} + " at octet " + std::to_string(offset) + ": must be " +
           std::string{expected};
  }
  friend bool operator==(const AcseFault&, const AcseFault&) = default;
};

}  // namespace metergate::dlms
