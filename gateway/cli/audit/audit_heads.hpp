// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/crypto/ed25519.hpp"
#include "protocols/result.hpp"
#include "storage/audit/audit_chain.hpp"

/// Heads of the audit trail that were kept elsewhere.
namespace metergate::cli {

/// One a line: the 64 hex digits that `metergate audit head` prints, its `--json`, or a message of
/// the topic `audit` as a subscriber wrote it down, with or without the topic before it. Empty
/// lines are passed over. `name` stands in the error, with the line.
[[nodiscard]] Result<std::vector<AuditHash>, std::string> heads_in_text(std::string_view text,
                                                                        const std::string& name);
[[nodiscard]] Result<std::vector<AuditHash>, std::string> heads_in_file(const std::string& file);

/// Messages of the topic `audit`, one a line as above, each signed by this key.
[[nodiscard]] Result<std::vector<AuditHash>, std::string> checkpoints_in_file(
    const std::string& file, const crypto::Ed25519PublicKey& key);
/// 64 hex digits, or a file that holds them, as `metergate operator make-key` prints them.
[[nodiscard]] Result<crypto::Ed25519PublicKey, std::string> public_key_of(const std::string& text);

}  // namespace metergate::cli
