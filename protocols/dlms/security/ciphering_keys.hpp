// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/dlms/security/security_control.hpp"
#include "protocols/field_fault.hpp"
#include "protocols/result.hpp"

namespace metergate::dlms {

/// The keys two parties share (IEC 62056-5-3, 5.3.5). All are as long as the suite says.
struct CipheringKeys {
  SecuritySuite suite = SecuritySuite::Suite0;
  crypto::SecretOctets unicast{};                   ///< GUEK, the block cipher key
  crypto::SecretOctets authentication{};            ///< AK, goes into the additional data
  std::optional<crypto::SecretOctets> broadcast{};  ///< GBEK
  std::optional<crypto::SecretOctets> dedicated{};  ///< for one association

  friend bool operator==(const CipheringKeys&, const CipheringKeys&) = default;
};

/// The fault names the key whose length is wrong.
[[nodiscard]] inline Result<Done, FieldFault> check_lengths(const CipheringKeys& keys) {
  const std::size_t octets = key_octets(keys.suite);
  const auto fault = [&](std::string_view name, std::size_t size) {
    return failure(FieldFault{name, "of " + std::to_string(size) + " octets",
                              octets == 32 ? "32 octets for suite 2" : "16 octets for this suite"});
  };
  if (keys.unicast.size() != octets) return fault("encryption key", keys.unicast.size());
  if (keys.authentication.size() != octets) {
    return fault("authentication key", keys.authentication.size());
  }
  if (keys.broadcast && keys.broadcast->size() != octets) {
    return fault("broadcast key", keys.broadcast->size());
  }
  if (keys.dedicated && keys.dedicated->size() != octets) {
    return fault("dedicated key", keys.dedicated->size());
  }
  return Done{};
}

}  // namespace metergate::dlms
