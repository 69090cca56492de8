// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/result.hpp"
#include "protocols/utrn/eui64.hpp"
#include "protocols/utrn/ptut.hpp"
#include "protocols/utrn/utrn_counter.hpp"

namespace metergate::utrn {

/// Who makes a code and whose it is.
struct Parties {
  Eui64 originator;  ///< the supplier
  Eui64 target;      ///< the meter
};

/// The secret of the supplier's prepayment key agreement key and the meter's: ECDH on P-256, the
/// private key of one side (32 octets) with the public key of the other (65 octets, 04 first; or 33
/// compressed). Nothing when one of them is no key of the curve.
[[nodiscard]] std::optional<crypto::SecretOctets> prepayment_secret(
    const crypto::SecretOctets& private_key, OctetView public_key);

/// What goes into the key derivation and the GMAC besides the secret (GBCS 4.3.3 and 14.8): open so
/// that an implementation can be compared octet by octet.
[[nodiscard]] Octets mac_other_info(const Parties& parties, UtrnCounter counter);
[[nodiscard]] Octets mac_iv(const Parties& parties);
[[nodiscard]] Octets mac_additional_data(const Parties& parties, UtrnCounter counter,
                                         std::uint32_t header);

/// The last four octets of an AES-128 GMAC under a key derived for this counter. `header` is
/// ptut_header(), whose ten counter bits are those of `counter` in a sound code.
[[nodiscard]] std::uint32_t utrn_mac(const crypto::SecretOctets& secret, const Parties& parties,
                                     UtrnCounter counter, std::uint32_t header);

/// The code a supplier hands out. Fault: a value too wide for its place.
[[nodiscard]] Result<TokenDigits, FieldFault> make_utrn(const crypto::SecretOctets& secret,
                                                        const Parties& parties, UtrnCounter counter,
                                                        TopUpValue top_up);

/// Whether the code is the supplier's for this meter and this full counter.
[[nodiscard]] bool utrn_is_authentic(const crypto::SecretOctets& secret, const Parties& parties,
                                     UtrnCounter counter, const Ptut& ptut);

}  // namespace metergate::utrn
