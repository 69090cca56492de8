// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocols/crypto/ecdsa.hpp"
#include "protocols/crypto/secret_octets.hpp"
#include "protocols/octets/octets.hpp"

/// Keys of P-256 and P-384 as files hold them: what `openssl genpkey` and `openssl x509` write.
namespace metergate::crypto {

/// Nothing for a key of another curve or sort, an encrypted one, and what is no key.
[[nodiscard]] std::optional<SecretOctets> ec_private_from_pem(Curve curve, std::string_view text);

/// The point of a `PUBLIC KEY`.
[[nodiscard]] std::optional<Octets> ec_public_from_pem(Curve curve, std::string_view text);

/// What a certificate says of whose signatures it is for. Who signed it and until when it is good
/// is not looked at.
struct EcCertificate {
  Octets public_key{};
  std::string common_name{};  ///< the last one of the subject; empty without one
  bool may_sign = true;       ///< no key usage, or one with digitalSignature (RFC 5280, 4.2.1.3)
};
[[nodiscard]] std::optional<EcCertificate> ec_certificate_from_pem(Curve curve,
                                                                   std::string_view text);

}  // namespace metergate::crypto
