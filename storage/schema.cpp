// SPDX-License-Identifier: Apache-2.0
#include "storage/schema.hpp"

#include <string>

#include "storage/crash_point.hpp"

namespace metergate {
namespace {

Stored<std::int64_t> schema_now(sqlite::Database& database) {
  auto version = database.number("PRAGMA user_version");
  if (!version) return failure(version.error());
  return version->value_or(0);
}

Stored<Done> apply(sqlite::Database& database, std::span<const Migration> known) {
  // Asked for again under the lock: another process may have been faster.
  auto stands = schema_now(database);
  if (!stands) return failure(stands.error());
  for (const Migration& migration : known) {
    if (migration.number <= *stands) continue;
    auto done = database.script(std::string{migration.sql});
    if (!done) {
      return failure(StorageError{done.error().reason, "migration " + std::string{migration.name} +
                                                           ": " + done.error().what});
    }
    done = database.script("PRAGMA user_version = " + std::to_string(migration.number));
    if (!done) return done;
    crash_point("migration-applied");
  }
  return database.script("PRAGMA application_id = " + std::to_string(kLedgerApplicationId));
}

}  // namespace

Stored<std::int64_t> schema_of(sqlite::Database& database, std::span<const Migration> known) {
  auto version = schema_now(database);
  if (!version) return failure(version.error());
  auto application = database.number("PRAGMA application_id");
  if (!application) return failure(application.error());
  auto objects = database.number("SELECT count(*) FROM sqlite_schema");
  if (!objects) return failure(objects.error());
  if (application->value_or(0) != kLedgerApplicationId &&
      (*version != 0 || objects->value_or(0) != 0)) {
    return failure(database.error(StorageError::Reason::CannotOpen,
                                  "this is a SQLite file, but not a metergate ledger"));
  }
  const std::int64_t newest = known.empty() ? 0 : known.back().number;
  if (*version > newest) {
    return failure(database.error(StorageError::Reason::NewerSchema,
                                  "its schema is " + std::to_string(*version) +
                                      ", this release knows up to " + std::to_string(newest) +
                                      "; install the release that wrote it, or a later one"));
  }
  return *version;
}

Stored<Done> migrate(sqlite::Database& database, std::span<const Migration> known) {
  auto version = schema_of(database, known);
  if (!version) return failure(version.error());
  if (known.empty() || *version == known.back().number) return Done{};
  if (auto begun = database.script("BEGIN EXCLUSIVE"); !begun) return begun;
  auto done = apply(database, known);
  crash_point("migration-committing");
  if (done) done = database.script("COMMIT");
  // SQLite may have rolled back already; then there is nothing left to roll back.
  if (!done && database.in_transaction()) static_cast<void>(database.script("ROLLBACK"));
  return done;
}

}  // namespace metergate
