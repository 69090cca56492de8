// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "storage/audit/audit_chain.hpp"

/// The audit trail for people and for programs.
namespace metergate::cli {

/// `heads`: how many hashes kept elsewhere were compared.
[[nodiscard]] std::string verdict_text(const AuditVerdict& verdict, std::size_t heads);
/// `{"sound", "entries", "head", "findings": [{"finding", "entry", "count", "text"}]}`
[[nodiscard]] std::string verdict_json(const AuditVerdict& verdict);
/// `{"entries", "head"}`
[[nodiscard]] std::string head_json(const AuditHead& head);
/// A table, made fit for a terminal.
[[nodiscard]] std::string records_text(const std::vector<AuditRecord>& rows);
/// One entry as one line, its details as JSON of their own.
[[nodiscard]] std::string record_json(const AuditRecord& row);

}  // namespace metergate::cli
