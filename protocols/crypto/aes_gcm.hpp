// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "protocols/octets/octets.hpp"

namespace metergate::crypto {

using GcmTag = std::array<std::uint8_t, 16>;

struct GcmSealed {
  Octets ciphertext;
  GcmTag tag;
};

/// AES-GCM (NIST SP 800-38D) with a key of 16, 24 or 32 octets and an IV of any length above zero
/// (12 is the usual one). Other key lengths throw std::invalid_argument: a programming mistake.
[[nodiscard]] GcmSealed aes_gcm_seal(OctetView key, OctetView iv, OctetView additional_data,
                                     OctetView plaintext);

/// The plaintext, or nothing when the tag does not hold. The tag may be cut to its first 4 to 16
/// octets (DLMS keeps 12); shorter ones never hold.
[[nodiscard]] std::optional<Octets> aes_gcm_open(OctetView key, OctetView iv,
                                                 OctetView additional_data, OctetView ciphertext,
                                                 OctetView tag);

/// GMAC: the whole tag over additional data alone.
[[nodiscard]] GcmTag aes_gmac(OctetView key, OctetView iv, OctetView additional_data);

}  // namespace metergate::crypto
