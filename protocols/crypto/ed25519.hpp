// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/octets/octets.hpp"

/// Ed25519 (RFC 8032, 5.1): pure, without a context.
namespace metergate::crypto {

using Ed25519PublicKey = std::array<std::uint8_t, 32>;
using Ed25519Signature = std::array<std::uint8_t, 64>;

/// `private_key` is the 32 octets of RFC 8032, 5.1.5, from which the rest follows.
struct Ed25519KeyPair {
  SecretOctets private_key;
  Ed25519PublicKey public_key;
};

[[nodiscard]] Ed25519KeyPair make_ed25519_key_pair();

/// Nothing when the private key has not 32 octets.
[[nodiscard]] std::optional<Ed25519PublicKey> ed25519_public_key(const SecretOctets& private_key);
[[nodiscard]] std::optional<Ed25519Signature> ed25519_sign(const SecretOctets& private_key,
                                                           OctetView message);

/// False as well for a signature that has not 64 octets, and for any under a key of small order.
[[nodiscard]] bool ed25519_verify(const Ed25519PublicKey& public_key, OctetView message,
                                  OctetView signature);

/// A point of order 1, 2, 4 or 8, such as 32 zeros: everybody can sign for it (RFC 7748, 7; the
/// verification of RFC 8032 holds for them), so it is nobody's key.
[[nodiscard]] bool is_small_order(const Ed25519PublicKey& public_key);

}  // namespace metergate::crypto
