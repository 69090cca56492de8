// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::crypto {

/// AES key wrap (RFC 3394, default initial value) under a key of 16, 24 or 32 octets. Nothing when
/// one of the keys is of another length; `key` has 16, 24 or 32 octets too.
[[nodiscard]] std::optional<Octets> aes_key_wrap(const SecretOctets& wrapping_key,
                                                 const SecretOctets& key);

/// The key inside; nothing when its integrity check does not hold.
[[nodiscard]] std::optional<SecretOctets> aes_key_unwrap(const SecretOctets& wrapping_key,
                                                         OctetView wrapped);

}  // namespace metergate::crypto
