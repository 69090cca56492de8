// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meters/audit.hpp"
#include "storage/audit/audit_chain.hpp"
#include "storage/ledger_impl.hpp"

namespace metergate {

/// Adds an entry to the trail from within another write, so that both stand or fall together.
[[nodiscard]] Stored<AuditHead> append_audit_row(Ledger::Impl& impl, const AuditEntry& entry);

}  // namespace metergate
