// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "storage/audit/audit_chain.hpp"

namespace metergate::journal {

/// An entry of the audit trail as a line of the system's log: `audit 12 2026-03-01T10:17:04Z
/// token-issued meter=m1 operator=anna ... hash=...`. What people wrote is made neutral as in our
/// own log, so no token gets there in a comment; what is empty is left out.
[[nodiscard]] std::string audit_line(const AuditRecord& row);

}  // namespace metergate::journal
