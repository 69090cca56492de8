// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "protocols/octets/octets.hpp"

namespace metergate::crypto {

/// Hashes that are broken for signatures and only here because meters in the field ask for them.
using Md5Digest = std::array<std::uint8_t, 16>;
using Sha1Digest = std::array<std::uint8_t, 20>;

/// RFC 1321. Throws std::runtime_error where OpenSSL is set up without it (FIPS).
[[nodiscard]] Md5Digest md5(OctetView data);
/// FIPS 180-4.
[[nodiscard]] Sha1Digest sha1(OctetView data);

}  // namespace metergate::crypto
