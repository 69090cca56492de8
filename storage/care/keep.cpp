// SPDX-License-Identifier: Apache-2.0
#include "storage/care/keep.hpp"

#include <string>
#include <system_error>

#include "storage/care/files.hpp"
#include "storage/schema.hpp"
#include "storage/writer_lock.hpp"

namespace metergate::care {
namespace {

namespace fs = std::filesystem;

Stored<Done> make_private(const fs::path& directory) {
  std::error_code failed;
  if (fs::is_directory(directory, failed)) return Done{};
  if (!fs::create_directories(directory, failed)) {
    return failure(
        trouble(StorageError::Reason::Io, directory, "cannot be made: " + failed.message()));
  }
  fs::permissions(directory, fs::perms::owner_all, failed);
  return Done{};
}

Stored<Done> look_through(const fs::path& file) {
  auto copy = sqlite::Database::open(file, sqlite::Access::ReadOnly);
  if (!copy) return failure(copy.error());
  copy->set_activity("looking through the copy");
  std::string finding;
  auto done = copy->each("PRAGMA integrity_check", [&](const sqlite::Row& row) {
    if (finding.empty() && row.text(0) != "ok") finding = row.string(0);
  });
  const bool is_damaged = !done && done.error().reason == StorageError::Reason::Corrupt;
  if (is_damaged) finding = done.error().what;
  if (!done && !is_damaged) return done;
  if (finding.empty()) return Done{};
  return failure(copy->error(StorageError::Reason::Corrupt,
                             finding + "; the ledger itself is damaged: metergate store repair"));
}

}  // namespace

Stored<std::optional<Backup>> back_up(const fs::path& ledger, const fs::path& directory,
                                      BackupWhen when, UtcTime now) {
  auto database = sqlite::Database::open(ledger, sqlite::Access::ReadOnly);
  if (!database) return failure(database.error());
  auto schema = schema_of(*database, migrations());
  if (!schema) return failure(schema.error());
  if (when == BackupWhen::BeforeMigration && *schema == migrations().back().number) {
    return std::optional<Backup>{};
  }
  if (auto made = make_private(directory); !made) return failure(made.error());
  Backup out;
  out.schema = *schema;
  out.file = directory / ("ledger-schema" + std::to_string(*schema) + '-' + stamp(now) + ".db");
  std::error_code failed;
  if (fs::exists(out.file, failed)) {
    return failure(trouble(StorageError::Reason::Misuse, out.file,
                           "is there already; a copy never takes the place of another"));
  }
  const Unfinished unfinished{out.file};
  database->set_activity("copying the ledger");
  auto done = database->copy_into(unfinished.file());
  if (done) done = look_through(unfinished.file());
  if (done) done = unfinished.finish();
  if (!done) return failure(done.error());
  out.octets = fs::file_size(out.file, failed);
  return std::optional{std::move(out)};
}

Stored<Vacuumed> vacuum(const fs::path& ledger) {
  std::error_code failed;
  Vacuumed out;
  out.octets_before = fs::file_size(ledger, failed);
  if (failed) {
    return failure(trouble(StorageError::Reason::CannotOpen, ledger, failed.message()));
  }
  auto lock = WriterLock::take(ledger);
  if (!lock) return failure(lock.error());
  auto database = sqlite::Database::open(ledger, sqlite::Access::ReadWrite);
  if (!database) return failure(database.error());
  auto schema = schema_of(*database, migrations());
  if (!schema) return failure(schema.error());
  // A temporary file of the new pages, and all of them once more in the log.
  const auto space = fs::space(fs::absolute(ledger).parent_path(), failed);
  if (!failed && space.available < 2 * out.octets_before) {
    return failure(trouble(StorageError::Reason::DiskFull, ledger,
                           "writing it anew takes " + std::to_string(2 * out.octets_before) +
                               " octets of room, there are " + std::to_string(space.available)));
  }
  if (auto done = database->configure(); !done) return failure(done.error());
  database->set_activity("writing the ledger anew");
  if (auto done = database->vacuum(fs::absolute(ledger).parent_path()); !done) {
    return failure(done.error());
  }
  if (auto done = database->checkpoint(); !done) return failure(done.error());
  out.octets_after = fs::file_size(ledger, failed);
  return out;
}

}  // namespace metergate::care
