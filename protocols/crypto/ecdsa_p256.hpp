// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::crypto {

/// r and s, 32 octets each, as DLMS writes a signature (no DER).
using P256Signature = std::array<std::uint8_t, 64>;

/// ECDSA over P-256 with SHA-256 (FIPS 186-4). Nothing when the private key is no number of the
/// group.
[[nodiscard]] std::optional<P256Signature> ecdsa_p256_sign(const SecretOctets& private_key,
                                                           OctetView message);

/// `public_key`: a point, 65 octets, or 33 compressed.
[[nodiscard]] bool ecdsa_p256_holds(OctetView public_key, OctetView message, OctetView signature);

}  // namespace metergate::crypto
