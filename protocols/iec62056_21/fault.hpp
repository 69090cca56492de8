// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Direct local data exchange (IEC 62056-21): the sign-on of modes C and E, and the readout of mode
/// C. Octets here are characters of seven bits; `parity.hpp` puts the eighth in.
namespace metergate::iec62056_21 {

/// Why octets are not the message they should be.
struct Fault {
  std::string_view field;     ///< `identification message`, `value`
  std::size_t offset = 0;     ///< of the octet, from the message's first
  std::string_view expected;  ///< what would be right

  /// `speed character at octet 4: must be a digit from 0 to 6`
  [[nodiscard]] std::string text() const {
    return std::string{field} + " at octet " + std::to_string(offset) + ": must be " +
           std::string{expected};
  }
  friend bool operator==(const Fault&, const Fault&) = default;
};

}  // namespace metergate::iec62056_21
