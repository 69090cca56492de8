// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "protocols/crypto/ed25519.hpp"

namespace metergate {

/// What a command's body says about who asks, unjudged. docs/security.md has the octets.
struct CommandProof {
  std::string operator_name;
  std::string signed_octets;  ///< what a signature covers; empty when the body has none
  std::optional<crypto::Ed25519Signature> signature;
  std::string approver;  ///< `approval.operator`; empty without an approval
  std::optional<crypto::Ed25519Signature> approval;
};

}  // namespace metergate
