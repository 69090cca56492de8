// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace metergate::keys {

/// Why a key store did not do what was asked. The text names what is missing and what would help;
/// it never holds key octets, passphrases or token digits.
struct KeyFault {
  enum class Reason : std::uint8_t {
    NoKey,        ///< the supply group has no such key here: nothing was made
    KeyExpired,   ///< the token's time lies past the key expiry number
    Refused,      ///< this key cannot do that: wrong algorithm, credit under a default key ...
    Field,        ///< a value does not fit into the token
    CheckSum,     ///< the token does not decrypt under this key
    Secret,       ///< the passphrase or PIN is missing or wrong
    Unprotected,  ///< a file others could read or change
    Damaged,      ///< a key file that is none, or was changed
    Unavailable,  ///< the file or the module cannot be reached
    Present,      ///< there already; nothing was overwritten
  };
  Reason reason = Reason::Unavailable;
  std::string text;
};

}  // namespace metergate::keys
