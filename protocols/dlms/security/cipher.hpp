// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocols/dlms/security/ciphered_apdu.hpp"
#include "protocols/dlms/security/ciphering_keys.hpp"
#include "protocols/dlms/security/system_title.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

namespace metergate::dlms {

/// How one APDU is to be ciphered. A counter is good for one call under one key, ever: a second
/// use lets a listener compute the authentication key stream (NIST SP 800-38D, 8).
struct CipherOrder {
  Wrapping wrapping = Wrapping::Global;
  SecurityControl control{};
  SystemTitle sender{};
  std::uint32_t invocation_counter = 0;
};

/// The APDU around a plain one, whose first octet is its service (IEC 62056-5-3, 5.7.2).
[[nodiscard]] Result<Octets, CipherFault> cipher(const CipheringKeys& keys,
                                                 const CipherOrder& order, OctetView plain);

/// The plain APDU. `sender` is who is expected to have sent it; an APDU that names another party is
/// refused. Whether the counter is fresh is for the caller, after this has shown it to be
/// authentic.
[[nodiscard]] Result<Octets, CipherFault> decipher(const CipheringKeys& keys,
                                                   const CipheredApdu& apdu,
                                                   const SystemTitle& sender);

/// The GMAC of high level security: additional data alone, cut to 12 octets.
[[nodiscard]] Octets challenge_gmac(const CipheringKeys& keys, SecurityControl control,
                                    const SystemTitle& sender, std::uint32_t invocation_counter,
                                    OctetView challenge);

}  // namespace metergate::dlms
