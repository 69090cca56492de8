// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "storage/audit/audit_filter.hpp"
#include "storage/tables/audit_append.hpp"

namespace metergate {
namespace {

#define METERGATE_SELECT_AUDIT                                                 \
  "SELECT seq, at_ms, kind, meter, operator, second_operator, identity_proof," \
  " work_order, comment, details_json, previous, hash FROM audit"

// Every entry is looked at: an index would be a second copy of the trail that no hash covers.
#define METERGATE_CHOSEN_AUDIT                                                          \
  METERGATE_SELECT_AUDIT                                                                \
  " WHERE seq > ?1 AND (?2 = '' OR meter = ?2)"                                         \
  " AND (?3 = '' OR operator = ?3 OR second_operator = ?3)"                             \
  " AND (?4 = '' OR instr(?4, ',' || kind || ',') > 0) AND (?5 IS NULL OR at_ms >= ?5)" \
  " AND (?6 IS NULL OR at_ms < ?6)"

Octets copy_of(OctetView octets) { return {octets.begin(), octets.end()}; }

AuditRecord record_from(const sqlite::Row& row) {
  return {.seq = row.integer(0),
          .at = row.time_ms(1),
          .kind = row.string(2),
          .meter = row.string(3),
          .operator_name = row.string(4),
          .second_operator = row.string(5),
          .proof = row.string(6),
          .work_order = row.string(7),
          .comment = row.string(8),
          .details_json = row.string(9),
          .previous = copy_of(row.octets(10)),
          .hash = copy_of(row.octets(11))};
}

// `,token-issued,key-change,`, so that a kind is found as a whole word; empty for all.
std::string kinds_text(const std::vector<AuditKind>& kinds) {
  std::string out;
  for (const AuditKind kind : kinds) out += "," + std::string{audit_word(kind)};
  return out.empty() ? out : out + ",";
}

Stored<std::optional<AuditCount>> count_of(sqlite::Database& db) {
  std::optional<AuditCount> count;
  auto done = db.each("SELECT entries, hash FROM audit_head", [&](const sqlite::Row& row) {
    count = AuditCount{row.integer(0), copy_of(row.octets(1))};
  });
  if (!done) return failure(done.error());
  return count;
}

Stored<AuditHead> head_of(const Ledger::Impl& impl, sqlite::Database& db) {
  auto count = count_of(db);
  if (!count) return failure(count.error());
  AuditHead head;
  if (!*count || (**count).hash.size() != head.hash.size()) {
    return failure(
        impl.corrupt("the audit trail's own count is gone or unreadable; `metergate "
                     "audit verify` tells more"));
  }
  head.entries = (**count).entries;
  std::ranges::copy((**count).hash, head.hash.begin());
  return head;
}

}  // namespace

Stored<AuditHead> append_audit_row(Ledger::Impl& impl, const AuditEntry& entry) {
  const auto head = head_of(impl, impl.db);
  if (!head) return head;
  const AuditRecord row = next_record(*head, entry);
  // A trigger moves the head on.
  auto done = impl.db.run(
      "INSERT INTO audit (seq, at_ms, kind, meter, operator, second_operator, identity_proof,"
      " work_order, comment, details_json, previous, hash)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      row.seq, row.at, row.kind, row.meter, row.operator_name, row.second_operator, row.proof,
      row.work_order, row.comment, row.details_json, row.previous, row.hash);
  if (!done) return failure(done.error());
  return head_of(impl, impl.db);
}

Stored<AuditHead> Ledger::append_audit(const AuditEntry& entry) {
  return impl_->write("storing an audit entry", [&] { return append_audit_row(*impl_, entry); });
}

Stored<AuditHead> Ledger::audit_head() const {
  return impl_->read("reading the audit trail's head", [&] { return head_of(*impl_, impl_->db); });
}

Stored<std::vector<AuditRecord>> Ledger::audit(const AuditFilter& filter) const {
  return impl_->read("reading the audit trail", [&]() -> Stored<std::vector<AuditRecord>> {
    std::vector<AuditRecord> out;
    const auto keep = [&](const sqlite::Row& row) { out.push_back(record_from(row)); };
    const std::string kinds = kinds_text(filter.kinds);
    const bool newest = filter.after_seq == 0;
    auto done = newest ? impl_->db.each(METERGATE_CHOSEN_AUDIT " ORDER BY seq DESC LIMIT ?7", keep,
                                        filter.after_seq, filter.meter, filter.operator_name, kinds,
                                        filter.since, filter.until, filter.limit)
                       : impl_->db.each(METERGATE_CHOSEN_AUDIT " ORDER BY seq LIMIT ?7", keep,
                                        filter.after_seq, filter.meter, filter.operator_name, kinds,
                                        filter.since, filter.until, filter.limit);
    if (!done) return failure(done.error());
    if (newest) std::ranges::reverse(out);
    return out;
  });
}

Stored<AuditVerdict> Ledger::verify_audit(const std::vector<AuditHash>& kept_elsewhere) const {
  return impl_->read("verifying the audit trail", [&]() -> Stored<AuditVerdict> {
    AuditCheck check{kept_elsewhere};
    auto done = impl_->db.each(METERGATE_SELECT_AUDIT " ORDER BY seq",
                               [&](const sqlite::Row& row) { check.row(record_from(row)); });
    if (!done) return failure(done.error());
    const auto count = count_of(impl_->db);
    if (!count) return failure(count.error());
    return check.judge(*count);
  });
}

}  // namespace metergate
