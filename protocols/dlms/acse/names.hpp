// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "protocols/octets/octets.hpp"

namespace metergate::dlms {

/// COSEM application contexts, the last arc of 2.16.756.5.8.1 (IEC 62056-5-3, 7.2.2.2). A name that
/// is none of DLMS's is Unknown; numbers not listed here are kept.
enum class ApplicationContext : std::uint8_t {
  Unknown = 0,
  LogicalNames = 1,
  ShortNames = 2,
  LogicalNamesCiphered = 3,
  ShortNamesCiphered = 4,
};

/// COSEM authentication mechanisms, the last arc of 2.16.756.5.8.2 (IEC 62056-5-3, 7.2.2.3).
enum class AuthenticationMechanism : std::uint8_t {
  Lowest = 0,
  LowLevel = 1,
  HighLevelOfMaker = 2,
  HighLevelMd5 = 3,
  HighLevelSha1 = 4,
  HighLevelGmac = 5,
  HighLevelSha256 = 6,
  HighLevelEcdsa = 7,
  Unknown = 0xFF,
};

[[nodiscard]] constexpr bool is_ciphered(ApplicationContext context) {
  return context == ApplicationContext::LogicalNamesCiphered ||
         context == ApplicationContext::ShortNamesCiphered;
}

/// Whether the association needs passes three and four.
[[nodiscard]] constexpr bool is_high_level(AuthenticationMechanism mechanism) {
  return mechanism >= AuthenticationMechanism::HighLevelOfMaker &&
         mechanism <= AuthenticationMechanism::HighLevelEcdsa;
}

/// As configuration and tools call them.
[[nodiscard]] constexpr std::string_view mechanism_word(AuthenticationMechanism mechanism) {
  constexpr std::array<std::string_view, 8> kWords{
      "lowest", "lls", "hls", "hls-md5", "hls-sha1", "hls-gmac", "hls-sha256", "hls-ecdsa"};
  const auto number = static_cast<std::size_t>(mechanism);
  return number < kWords.size() ? kWords[number] : "unknown";
}

[[nodiscard]] constexpr std::string_view context_word(ApplicationContext context) {
  constexpr std::array<std::string_view, 5> kWords{"unknown", "logical names", "short names",
                                                   "logical names, ciphered",
                                                   "short names, ciphered"};
  const auto number = static_cast<std::size_t>(context);
  return number < kWords.size() ? kWords[number] : "unknown";
}

namespace acse {

/// Object identifiers on the wire, without tag and length.
[[nodiscard]] constexpr std::array<std::uint8_t, 7> identifier_of(ApplicationContext context) {
  return {0x60, 0x85, 0x74, 0x05, 0x08, 0x01, static_cast<std::uint8_t>(context)};
}
[[nodiscard]] constexpr std::array<std::uint8_t, 7> identifier_of(AuthenticationMechanism m) {
  return {0x60, 0x85, 0x74, 0x05, 0x08, 0x02, static_cast<std::uint8_t>(m)};
}
[[nodiscard]] ApplicationContext context_of(OctetView identifier);
[[nodiscard]] AuthenticationMechanism mechanism_of(OctetView identifier);

}  // namespace acse
}  // namespace metergate::dlms
