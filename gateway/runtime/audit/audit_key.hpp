// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "config/schema.hpp"
#include "protocols/crypto/ed25519.hpp"
#include "protocols/result.hpp"

namespace metergate::runtime {

/// The key that the heads of the audit trail are signed with; nothing where none is configured.
[[nodiscard]] Result<std::optional<crypto::Ed25519KeyPair>, std::string> read_audit_key(
    const config::Audit& audit);

}  // namespace metergate::runtime
