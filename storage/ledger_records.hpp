// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// Names of what the ledger keeps besides commands and data; each is defined in a header of its
/// own.
namespace metergate {

// Tokens made on this box (storage/token_issue.hpp) and the audit trail (storage/audit).
struct StoredSts;
struct TokenIssue;
struct IssuedToken;
struct TokenHandover;
struct AuditEntry;
struct AuditRecord;
struct AuditHead;
struct AuditFilter;
struct AuditVerdict;
struct CommandGrant;  // storage/command_grant.hpp

namespace registry {  // which meter stands where, for whom: meters/registry.hpp
struct Order;
struct Rules;
struct Effect;
struct Refusal;
struct Standing;
struct Filter;
struct History;
struct Trinity;
struct Sighting;
struct Conflict;
enum class SightingVerdict : std::uint8_t;
enum class ConflictScope : std::uint8_t;
enum class SeatKept : std::uint8_t;
}  // namespace registry

}  // namespace metergate
