// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "protocols/crypto/ecdsa.hpp"
#include "protocols/crypto/secret_octets.hpp"
#include "protocols/dlms/security/security_control.hpp"
#include "protocols/dlms/security/system_title.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::dlms {

/// Suite 1 signs over P-256 with SHA-256, suite 2 over P-384 with SHA-384, suite 0 not at all
/// (IEC 62056-5-3, 5.3.7).
[[nodiscard]] constexpr std::optional<crypto::Curve> curve_of(SecuritySuite suite) {
  if (suite == SecuritySuite::Suite1) return crypto::Curve::P256;
  if (suite == SecuritySuite::Suite2) return crypto::Curve::P384;
  return std::nullopt;
}

/// What one party signs with, and whose signatures it takes.
struct SigningKeys {
  SecuritySuite suite = SecuritySuite::Suite1;
  crypto::SecretOctets own{};  ///< a private key
  Octets peer{};               ///< the other party's public key, a point
  /// Who the other party is, where its certificate or the configuration says so.
  std::optional<SystemTitle> peer_title{};
};

}  // namespace metergate::dlms
