// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/octets/octets.hpp"

/// ECDSA (FIPS 186-4) over P-256 with SHA-256 and over P-384 with SHA-384. Public keys are points
/// as SEC 1, 2.3.3 writes them: 04, x, y; compressed ones are taken as well.
namespace metergate::crypto {

enum class Curve : std::uint8_t { P256, P384 };

/// Of a private key, of a coordinate, and of r and s each.
[[nodiscard]] constexpr std::size_t scalar_octets(Curve curve) {
  return curve == Curve::P384 ? 48 : 32;
}

/// The point of a private key; nothing for zero and for a number not below the order.
[[nodiscard]] std::optional<Octets> ec_public_key(Curve curve, const SecretOctets& private_key);

/// The same point uncompressed; nothing when it does not lie on the curve.
[[nodiscard]] std::optional<Octets> ec_point(Curve curve, OctetView public_key);

/// r and s, each as long as a coordinate, as DLMS writes a signature (no DER). Nothing when the
/// private key is no number of the group.
[[nodiscard]] std::optional<Octets> ecdsa_sign(Curve curve, const SecretOctets& private_key,
                                               OctetView message);

[[nodiscard]] bool ecdsa_holds(Curve curve, OctetView public_key, OctetView message,
                               OctetView signature);

}  // namespace metergate::crypto
