// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/audit/audit_notes.hpp"

#include "gateway/north/token_messages.hpp"
#include "storage/audit/audit_chain.hpp"

namespace metergate::runtime {

AuditEntry audit_entry(const Command& command, AuditKind kind, UtcTime at) {
  AuditEntry entry;
  entry.at = at;
  entry.kind = kind;
  if (command.meter != box_id()) entry.meter = command.meter.text();
  entry.operator_name = command.operator_name;
  entry.work_order = command.work_order;
  entry.comment = command.comment;
  return entry;
}

AuditEntry audit_entry(const Command& command, AuditKind kind, const access::Granted& by,
                       UtcTime at) {
  AuditEntry entry = audit_entry(command, kind, at);
  entry.operator_name = by.operator_name;
  entry.second_operator = by.second_operator;
  entry.proof = by.proof;
  return entry;
}

void audit_denial(LedgerKeeper& keeper, const Command& command, const Refusal& refusal, Now now) {
  AuditEntry entry = audit_entry(command, AuditKind::OperatorDenied, now.utc);
  entry.details_json = north::encode_refused_command(command, refusal);
  static_cast<void>(keeper.checked(keeper.ledger().append_audit(entry)));
  keeper.commit_soon();
}

}  // namespace metergate::runtime
