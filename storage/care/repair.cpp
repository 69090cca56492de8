// SPDX-License-Identifier: Apache-2.0
#include "storage/care/repair.hpp"

#include <algorithm>
#include <system_error>

#include "storage/care/files.hpp"
#include "storage/care/mend.hpp"
#include "storage/schema.hpp"
#include "storage/tables/audit_append.hpp"
#include "storage/writer_lock.hpp"

namespace metergate::care {
namespace {

namespace fs = std::filesystem;

Stored<std::span<const Migration>> schema_to_make(const salvage::Pages& pages,
                                                  const fs::path& file) {
  const auto known = migrations();
  // A head that is gone says nothing; then it is a ledger of this release if it is one at all.
  if (!pages.has_head()) return known;
  if (pages.application() != kLedgerApplicationId) {
    std::string words = "this is no metergate ledger";
    for (const std::string& one : pages.troubles()) words += "; " + one;
    return failure(trouble(StorageError::Reason::CannotOpen, file, words));
  }
  const auto schema = static_cast<std::size_t>(pages.schema());
  if (schema > known.size()) {
    return failure(trouble(StorageError::Reason::NewerSchema, file,
                           "its schema is " + std::to_string(schema) +
                               ", this release knows up to " + std::to_string(known.size()) +
                               "; repair it with the release that wrote it, or a later one"));
  }
  return known.first(schema);
}

/// Triggers would judge rows by those that are not copied yet.
class WithoutTriggers {
 public:
  static Stored<WithoutTriggers> take(sqlite::Database& db) {
    WithoutTriggers out;
    std::string drop;
    auto done = db.each("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid",
                        [&](const sqlite::Row& row) {
                          drop += "DROP TRIGGER " + row.string(0) + ";";
                          out.sql_ += row.string(1) + ";";
                        });
    if (done) done = db.script(drop);
    if (!done) return failure(done.error());
    return out;
  }
  Stored<Done> give_back(sqlite::Database& db) const { return db.script(sql_); }

 private:
  std::string sql_;
};

// The trail's own count stays what it was, so that entries that are lost at the end are missed for
// ever. Only where it is lost too the last entry has to stand for it.
Stored<Done> mend_audit_head(sqlite::Database& db) {
  return db.script(
      "DELETE FROM audit_head WHERE length(hash) <> 32;"
      "INSERT INTO audit_head SELECT 1, 0,"
      " x'413d4cbeca51bb8ed6b99172a6505b95d3616c6286366691be83b2f23b512716'"
      " WHERE NOT EXISTS (SELECT 1 FROM audit_head);"
      "UPDATE audit_head SET (entries, hash) = (SELECT seq, hash FROM audit ORDER BY seq DESC"
      " LIMIT 1) WHERE entries < (SELECT max(seq) FROM audit);");
}

Stored<salvage::Copied> fill(sqlite::Database& db, const salvage::Pages& pages,
                             std::span<const Migration> schema) {
  // Thrown away if anything fails, so nothing has to be durable before the end.
  auto done = db.script("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
  if (done) done = migrate(db, schema);
  if (!done) return failure(done.error());
  const auto triggers = WithoutTriggers::take(db);
  if (!triggers) return failure(triggers.error());
  const bool has_audit = schema.size() >= 3;
  if (has_audit) done = db.script("DELETE FROM audit_head");
  if (done) done = db.script("BEGIN");
  if (!done) return failure(done.error());
  db.set_activity("copying rows");
  auto copied = salvage::copy_rows(pages, db);
  if (!copied) return copied;
  if (has_audit) done = mend_audit_head(db);
  if (done) done = db.script("COMMIT");
  if (done) done = triggers->give_back(db);
  if (done) done = migrate(db, migrations());
  if (!done) return failure(done.error());
  return copied;
}

Stored<Done> mend(const MendWith& with) {
  with.db.set_activity("putting the rows together");
  auto done = with.db.script("BEGIN");
  if (done) done = mend_meters(with);
  // While the steps of lost commands are there, whose transaction ids count too.
  if (done) done = mend_numbers(with);
  if (done) done = mend_commands(with);
  if (done) done = mend_collection(with);
  if (done) done = with.db.script("COMMIT");
  return done;
}

/// What was done, in the new ledger's own audit trail.
Stored<Done> note(sqlite::Database db, const fs::path& file, const std::string& who, UtcTime now) {
  Ledger::Impl impl{std::move(db), LedgerMode::ReadWrite, file};
  AuditEntry entry;
  entry.at = now;
  entry.kind = AuditKind::StoreRepaired;
  entry.operator_name = who;
  entry.proof = IdentityProof::LocalUser;
  entry.comment = "metergate store repair";
  if (auto added = append_audit_row(impl, entry); !added) return failure(added.error());
  return Done{};
}

Stored<Done> put_in_place(const fs::path& ledger, Repaired& out, UtcTime now) {
  const std::string kept = ledger.string() + ".broken-" + stamp(now);
  std::error_code failed;
  if (fs::exists(kept, failed)) {
    return failure(trouble(StorageError::Reason::Misuse, kept, "is there already"));
  }
  // The log first: a file without its log is a state that the ledger once had, a log without its
  // file would be laid over the new one.
  for (const char* part : {"-wal", "-shm", ""}) {
    const fs::path from = ledger.string() + part;
    if (!fs::exists(from, failed)) continue;
    fs::rename(from, kept + part, failed);
    if (failed) return failure(trouble(StorageError::Reason::Io, from, failed.message()));
  }
  fs::rename(out.file, ledger, failed);
  if (failed) return failure(trouble(StorageError::Reason::Io, out.file, failed.message()));
  keep_name(fs::absolute(ledger).parent_path());
  out.broken = kept;
  out.file = ledger;
  return Done{};
}

}  // namespace

Stored<AuditVerdict> look_through(const fs::path& file) {
  const auto made = Ledger::open(file, LedgerMode::ReadOnly);
  if (!made) return failure(made.error());
  const auto findings = made->check();
  if (!findings) return failure(findings.error());
  if (!findings->empty()) {
    return failure(trouble(StorageError::Reason::Corrupt, file, findings->front()));
  }
  return made->verify_audit({});
}

bool Repaired::is_complete() const {
  return troubles.empty() && told.empty() && unplaced_pages == 0 && audit.is_sound() &&
         std::ranges::all_of(tables, &salvage::TableTally::is_whole);
}

Stored<Repaired> repair(const fs::path& ledger, Original original, const std::string& who,
                        UtcTime now) {
  auto lock = WriterLock::take(ledger);
  if (!lock) return failure(lock.error());
  auto pages = salvage::Pages::open(ledger);
  if (!pages) return failure(pages.error());
  const auto schema = schema_to_make(*pages, ledger);
  if (!schema) return failure(schema.error());
  Repaired out;
  out.file = ledger.string() + ".repaired";
  std::error_code failed;
  if (fs::exists(out.file, failed)) {
    return failure(trouble(StorageError::Reason::Misuse, out.file,
                           "is there already, from an earlier repair; move it away first"));
  }
  const Unfinished unfinished{out.file};
  auto db = sqlite::Database::open(unfinished.file(), sqlite::Access::ReadWrite);
  if (!db) return failure(db.error());
  auto copied = fill(*db, *pages, *schema);
  if (!copied) return failure(copied.error());
  const bool nothing =
      std::ranges::all_of(copied->tables, [](const auto& table) { return table.rows == 0; });
  if (nothing && !pages->has_head()) {
    return failure(trouble(StorageError::Reason::Corrupt, ledger,
                           "nothing in it can be read as a ledger; put the last copy of "
                           "`metergate store backup` in its place"));
  }
  out.troubles = pages->troubles();
  const bool log_is_damaged = std::ranges::any_of(
      out.troubles, [](const std::string& one) { return one.find("-wal") != std::string::npos; });
  if (auto done = mend({*db, *copied, log_is_damaged, now, out.told}); !done) {
    return failure(done.error());
  }
  if (auto done = note(std::move(*db), unfinished.file(), who, now); !done) {
    return failure(done.error());
  }
  auto verdict = look_through(unfinished.file());
  if (!verdict) return failure(verdict.error());
  out.audit = std::move(*verdict);
  out.tables = std::move(copied->tables);
  out.damaged_indexes = std::move(copied->damaged_indexes);
  out.unplaced_pages = copied->unplaced_pages;
  take_owner(unfinished.file(), ledger);
  if (auto done = unfinished.finish(); !done) return failure(done.error());
  if (original == Original::GivesWay) {
    if (auto done = put_in_place(ledger, out, now); !done) return failure(done.error());
  }
  return out;
}

}  // namespace metergate::care
