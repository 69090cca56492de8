// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

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

}  // namespace metergate::cli
