// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "meters/identity.hpp"
#include "protocols/crypto/ed25519.hpp"
#include "protocols/result.hpp"
#include "storage/audit/audit_chain.hpp"

/// The head of the audit trail with the box's signature: whoever kept one can show later that it
/// came from this box, and not from somebody who may write to the broker.
namespace metergate::north {

/// What is signed: `metergate-audit-head-v1`, site, time, number of entries and hash as the message
/// has them, with a line feed after each but the last.
[[nodiscard]] std::string checkpoint_octets(std::string_view site, std::string_view at,
                                            std::int64_t entries, std::string_view hash);

/// The message `audit` with its signature.
[[nodiscard]] std::string encode_signed_audit_head(const SiteId& site, const AuditHead& head,
                                                   UtcTime at, const crypto::Ed25519KeyPair& key);

/// The hash of a message that this key signed; else what is wrong with it.
[[nodiscard]] Result<AuditHash, std::string> signed_head(std::string_view message,
                                                         const crypto::Ed25519PublicKey& key);

}  // namespace metergate::north
