// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "protocols/octets/octets.hpp"

namespace metergate::hex {

/// `0103000a`: lower case without spaces, as keys and signatures are written.
[[nodiscard]] inline std::string compact(OctetView octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(octets.size() * 2);
  for (const std::uint8_t octet : octets) {
    out += kDigits[octet >> 4U];
    out += kDigits[octet & 0x0FU];
  }
  return out;
}

}  // namespace metergate::hex
