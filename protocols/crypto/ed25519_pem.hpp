// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/octets/octets.hpp"

/// Private Ed25519 keys as files hold them: PKCS#8 in PEM (RFC 8410, 7), which openssl reads too.
namespace metergate::crypto {

/// The text as octets, so that the caller can wipe it. Nothing when the key has not 32 octets.
[[nodiscard]] std::optional<Octets> ed25519_to_pem(const SecretOctets& private_key);

/// Nothing for another sort of key, an encrypted one, and what is no key.
[[nodiscard]] std::optional<SecretOctets> ed25519_from_pem(OctetView text);

}  // namespace metergate::crypto
