// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::crypto {

/// A point of NIST P-256, uncompressed: 04, x, y (SEC 1, 2.3.3).
using P256Point = std::array<std::uint8_t, 65>;

/// The public key of a private one of 32 octets; nothing for zero or a number not below the order.
[[nodiscard]] std::optional<P256Point> p256_public_key(const SecretOctets& private_key);

/// ECDH (NIST SP 800-56A): the x coordinate, 32 octets. Nothing when the private key is no number
/// of the group or `public_key` is no point of the curve (65 octets, or 33 compressed).
[[nodiscard]] std::optional<SecretOctets> p256_shared_secret(const SecretOctets& private_key,
                                                             OctetView public_key);

}  // namespace metergate::crypto
