// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocols/octets/octets.hpp"

namespace metergate::dlms {

/// General-Block-Transfer (Green Book, 9.3.13): a slice of any other APDU.
struct GeneralBlock {
  static constexpr std::uint8_t kMaxWindow = 63;

  bool last = false;
  bool streaming = false;   ///< more blocks come without being asked for
  std::uint8_t window = 1;  ///< blocks the sender can take at once
  std::uint16_t number = 1;
  std::uint16_t acknowledged = 0;  ///< the highest received without a gap
  Octets data;
  friend bool operator==(const GeneralBlock&, const GeneralBlock&) = default;
};

}  // namespace metergate::dlms
