// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "protocols/octets/octets.hpp"

/// The three LLC octets before each APDU (IEC 62056-46, 6.3): in the first segment alone.
namespace metergate::hdlc {

inline constexpr std::size_t kLlcOctets = 3;
inline constexpr std::array<std::uint8_t, kLlcOctets> kLlcToServer{0xE6, 0xE6, 0x00};
inline constexpr std::array<std::uint8_t, kLlcOctets> kLlcToClient{0xE6, 0xE7, 0x00};

/// What the segments of an APDU carry, in the direction's form.
[[nodiscard]] inline Octets with_llc(const std::array<std::uint8_t, kLlcOctets>& llc,
                                     OctetView apdu) {
  Octets information{llc.begin(), llc.end()};
  information.insert(information.end(), apdu.begin(), apdu.end());
  return information;
}

/// The APDU behind the LLC octets, in either direction's form: servers were seen that answer with
/// the client's.
[[nodiscard]] inline std::optional<OctetView> without_llc(OctetView information) {
  if (information.size() < kLlcOctets || information[0] != 0xE6 ||
      (information[1] & 0xFEU) != 0xE6 || information[2] != 0x00) {
    return std::nullopt;
  }
  return information.subspan(kLlcOctets);
}

}  // namespace metergate::hdlc
