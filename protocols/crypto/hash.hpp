// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::crypto {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// FIPS 180-4.
[[nodiscard]] Sha256Digest sha256(OctetView data);
/// FIPS 198-1 over SHA-256.
[[nodiscard]] Sha256Digest hmac_sha256(OctetView key, OctetView data);

/// The single-step key derivation of NIST SP 800-56A (5.8.1) with SHA-256: hashes of a counter from
/// 1, the shared secret and `other_info`, cut to `octets` (at most SecretOctets::kMaxOctets).
[[nodiscard]] SecretOctets concatenation_kdf_sha256(const SecretOctets& shared_secret,
                                                    OctetView other_info, std::size_t octets);

}  // namespace metergate::crypto
