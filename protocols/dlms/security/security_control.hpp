// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace metergate::dlms {

/// IEC 62056-5-3, 5.3.7: which algorithms. 0 and 1 cipher with AES-GCM-128, 2 with AES-GCM-256.
enum class SecuritySuite : std::uint8_t { Suite0 = 0, Suite1 = 1, Suite2 = 2 };

[[nodiscard]] constexpr std::size_t key_octets(SecuritySuite suite) {
  return suite == SecuritySuite::Suite2 ? 32 : 16;
}

/// How an APDU is protected.
enum class Protection : std::uint8_t {
  Authenticated = 0x10,
  Encrypted = 0x20,  ///< shows nothing and proves nothing
  AuthenticatedEncrypted = 0x30,
};

[[nodiscard]] constexpr bool is_authenticated(Protection protection) {
  return protection != Protection::Encrypted;
}
[[nodiscard]] constexpr bool is_encrypted(Protection protection) {
  return protection != Protection::Authenticated;
}
/// Whether what came does all that was asked for.
[[nodiscard]] constexpr bool covers(Protection given, Protection wanted) {
  return (static_cast<unsigned>(given) & static_cast<unsigned>(wanted)) ==
         static_cast<unsigned>(wanted);
}
[[nodiscard]] constexpr std::string_view protection_word(Protection protection) {
  if (protection == Protection::Authenticated) return "authenticated";
  return protection == Protection::Encrypted ? "encrypted" : "authenticated and encrypted";
}

/// Which keys an association ciphers with: none, those of the meter for good, or one of its own.
enum class Ciphering : std::uint8_t { None, Global, Dedicated };

enum class KeyUse : std::uint8_t { Unicast, Broadcast };

/// The first octet of a ciphered APDU's body.
struct SecurityControl {
  SecuritySuite suite = SecuritySuite::Suite0;
  Protection protection = Protection::AuthenticatedEncrypted;
  KeyUse key_use = KeyUse::Unicast;

  static constexpr std::uint8_t kSuiteMask = 0x0F;
  static constexpr std::uint8_t kProtectionMask = 0x30;
  static constexpr std::uint8_t kBroadcast = 0x40;
  static constexpr std::uint8_t kCompressed = 0x80;

  [[nodiscard]] constexpr std::uint8_t octet() const {
    return static_cast<std::uint8_t>(static_cast<unsigned>(suite) |
                                     static_cast<unsigned>(protection) |
                                     (key_use == KeyUse::Broadcast ? kBroadcast : 0U));
  }
  /// Nothing for suites there are not, for no protection at all, and for compressed APDUs (V.44
  /// has no implementation to stand on).
  [[nodiscard]] static constexpr std::optional<SecurityControl> from(std::uint8_t octet) {
    const auto suite = static_cast<std::uint8_t>(octet & kSuiteMask);
    const auto protection = static_cast<std::uint8_t>(octet & kProtectionMask);
    if (suite > 2 || protection == 0 || (octet & kCompressed) != 0) return std::nullopt;
    return SecurityControl{static_cast<SecuritySuite>(suite), static_cast<Protection>(protection),
                           (octet & kBroadcast) != 0 ? KeyUse::Broadcast : KeyUse::Unicast};
  }
  friend constexpr bool operator==(const SecurityControl&, const SecurityControl&) = default;
};

}  // namespace metergate::dlms
