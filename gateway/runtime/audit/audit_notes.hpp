// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/access/decide.hpp"
#include "gateway/runtime/ledger_keeper.hpp"
#include "meters/audit.hpp"
#include "meters/command.hpp"

/// What every desk that judges rights writes into the audit trail.
namespace metergate::runtime {

/// Who asks for what, and why; of the box itself no meter is named.
[[nodiscard]] AuditEntry audit_entry(const Command& command, AuditKind kind, UtcTime at);
/// ... granted, with how sure it is who he is.
[[nodiscard]] AuditEntry audit_entry(const Command& command, AuditKind kind,
                                     const access::Granted& by, UtcTime at);
/// Somebody asked for what is not his to ask for.
void audit_denial(LedgerKeeper& keeper, const Command& command, const Refusal& refusal, Now now);

}  // namespace metergate::runtime
