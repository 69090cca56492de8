// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocols/dlms/security/security_control.hpp"
#include "protocols/dlms/security/system_title.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

namespace metergate::dlms {

/// How a ciphered APDU is wrapped. By service, its tag tells which service is inside; the general
/// forms tell who sent it instead.
enum class Wrapping : std::uint8_t { Global, Dedicated, GeneralGlobal, GeneralDedicated };

[[nodiscard]] constexpr bool is_general(Wrapping wrapping) {
  return wrapping == Wrapping::GeneralGlobal || wrapping == Wrapping::GeneralDedicated;
}
[[nodiscard]] constexpr bool is_dedicated(Wrapping wrapping) {
  return wrapping == Wrapping::Dedicated || wrapping == Wrapping::GeneralDedicated;
}

enum class CipherFault : std::uint8_t {
  NotCiphered,      ///< no tag of a ciphered APDU
  Truncated,        ///< the lengths point past the end
  TrailingOctets,   ///< more after the end
  WrongTitle,       ///< a title that is not of 8 octets, or not the other party's
  UnknownSecurity,  ///< a suite there is not, no protection, or compressed
  OtherSuite,       ///< another suite than the keys are for
  TooWeak,          ///< less protected than asked for
  NoKey,            ///< ciphered under a key we were not given
  NotAuthentic,     ///< the tag does not hold
  WrongService,     ///< what is inside is not what the tag says
  Replayed,         ///< an invocation counter that was seen before
  NoCounter,        ///< no reserved invocation counter is left to send with
  NotWrappable,     ///< a service that has no tag in this wrapping
};
[[nodiscard]] std::string_view cipher_fault_text(CipherFault fault);

/// A ciphered APDU taken apart, nothing deciphered yet. The views point into the APDU.
struct CipheredApdu {
  std::uint8_t tag = 0;
  Wrapping wrapping = Wrapping::Global;
  std::optional<SystemTitle> title{};  ///< general forms that name their sender
  SecurityControl control{};
  std::uint32_t invocation_counter = 0;
  OctetView content{};             ///< ciphertext, or plaintext when only authenticated
  OctetView authentication_tag{};  ///< 12 octets, empty when not authenticated

  [[nodiscard]] static Result<CipheredApdu, CipherFault> parse(OctetView apdu);
};

inline constexpr std::size_t kAuthenticationTagOctets = 12;

/// Whether an APDU with this first octet is one of the forms above.
[[nodiscard]] bool is_ciphered_tag(std::uint8_t tag);
/// The tag for a service in a wrapping; nothing for a service that has none.
[[nodiscard]] std::optional<std::uint8_t> ciphered_tag(std::uint8_t service, Wrapping wrapping);
/// The service a global or dedicated tag stands for.
[[nodiscard]] std::optional<std::uint8_t> service_of(std::uint8_t ciphered_tag);

}  // namespace metergate::dlms
