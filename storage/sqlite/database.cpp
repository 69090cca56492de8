// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "storage/wal_room.hpp"

namespace metergate::sqlite {
namespace {

StorageError::Reason reason_of(int code, int system_error) {
  // Growing the shared memory of the WAL reports a full disk as an I/O error.
  if (system_error == ENOSPC && (code & 0xFF) == SQLITE_IOERR) {
    return StorageError::Reason::DiskFull;
  }
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return StorageError::Reason::DiskFull;
    case SQLITE_READONLY:
      return StorageError::Reason::ReadOnly;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StorageError::Reason::Busy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StorageError::Reason::Corrupt;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return StorageError::Reason::CannotOpen;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_TOOBIG:
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
      return StorageError::Reason::Misuse;
    default:
      return StorageError::Reason::Io;
  }
}

/// Whether the file system was made read-only under open files, which SQLite reports as an I/O
/// error and rolls back before its cause can be asked for. Tried on the ledger's lock: closing any
/// descriptor of the file itself would drop SQLite's own locks (POSIX).
bool takes_no_writes(const std::filesystem::path& file) {
  const int descriptor = ::open((file.string() + ".lock").c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return errno == EROFS;
  ::close(descriptor);
  return false;
}

// SQLite would create with 0644; the WAL and its shared memory take over the mode of the file.
void create_private(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor >= 0) ::close(descriptor);
}

}  // namespace

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
void Database::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Stored<Database> Database::open(const std::filesystem::path& file, Access access) {
  Database database{file};
  if (access == Access::ReadWrite) create_private(file);
  const int flags = access == Access::ReadWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &connection,
                                   flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  database.connection_.reset(connection);
  if (code != SQLITE_OK) return failure(database.error_of(code));
  // A file of a later release must stay as it is, its WAL included.
  sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_busy_timeout(connection, 5000);
  return database;
}

Stored<Done> Database::configure() {
  // 256 pages: long enough that a page which every commit touches is copied into the file once for
  // several of them, short enough that all of it fits into the file with half of the reserve's room
  // (faults.md 1.3).
  auto done = script("PRAGMA journal_size_limit = " + std::to_string(kWalRoomOctets) +
                     ";PRAGMA journal_mode = WAL;"
                     "PRAGMA synchronous = FULL;"
                     "PRAGMA foreign_keys = ON;"
                     "PRAGMA wal_autocheckpoint = 256;"
                     "PRAGMA temp_store = MEMORY;"
                     "PRAGMA cache_size = -2048;");
  if (!done) return done;
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  return set_erasure(Erasure::ZeroWhenFree);
}

Stored<Done> Database::set_erasure(Erasure erasure) {
  return script(erasure == Erasure::Zero ? "PRAGMA secure_delete = ON"
                                         : "PRAGMA secure_delete = FAST");
}

Stored<Done> Database::script(const std::string& sql) {
  const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(error_of(code));
  return Done{};
}

Stored<Done> Database::vacuum(const std::filesystem::path& folder) {
  sqlite3_temp_directory = sqlite3_mprintf("%s", folder.c_str());
  auto done = script("PRAGMA temp_store = FILE; VACUUM; PRAGMA temp_store = MEMORY");
  sqlite3_free(std::exchange(sqlite3_temp_directory, nullptr));
  return done;
}

Stored<Done> Database::checkpoint() {
  const int code = sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             nullptr, nullptr);
  if (code != SQLITE_OK) return failure(error_of(code));
  return Done{};
}

Stored<Done> Database::copy_into(const std::filesystem::path& file) const {
  auto copy = open(file, Access::ReadWrite);
  if (!copy) return failure(copy.error());
  copy->set_activity(activity_);
  sqlite3_backup* backup =
      sqlite3_backup_init(copy->connection_.get(), "main", connection_.get(), "main");
  if (backup == nullptr) return failure(copy->last_error());
  // All pages at once: one state of the file, whatever a writer commits meanwhile.
  sqlite3_backup_step(backup, -1);
  if (const int code = sqlite3_backup_finish(backup); code != SQLITE_OK) {
    return failure(copy->error_of(code));
  }
  return copy->script("PRAGMA journal_mode = DELETE");
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }
std::int64_t Database::changes() const { return sqlite3_changes64(connection_.get()); }
std::int64_t Database::last_rowid() const { return sqlite3_last_insert_rowid(connection_.get()); }

sqlite3_stmt* Database::prepared(Sql sql) {
  auto& slot = statements_[sql.text()];
  if (!slot) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v3(connection_.get(), sql.text(), -1, SQLITE_PREPARE_PERSISTENT, &statement,
                       nullptr);
    slot.reset(statement);
  }
  return slot.get();
}

StorageError Database::error(StorageError::Reason reason, std::string_view words) const {
  return {reason,
          file_.string() + ": " + std::string{activity_} + " failed: " + std::string{words}};
}

StorageError Database::error_of(int code) const {
  const int system_error = connection_ == nullptr ? 0 : sqlite3_system_errno(connection_.get());
  std::string words = sqlite3_errstr(code);
  if (connection_ != nullptr) {
    if (const std::string own = sqlite3_errmsg(connection_.get()); own != words) {
      words += " (" + own + ")";
    }
  }
  words += ", SQLite code " + std::to_string(code);
  const auto reason = reason_of(code, system_error);
  const bool is_unclear =
      reason == StorageError::Reason::Io || reason == StorageError::Reason::CannotOpen;
  return error(is_unclear && takes_no_writes(file_) ? StorageError::Reason::ReadOnly : reason,
               words);
}

StorageError Database::last_error() const {
  return error_of(sqlite3_extended_errcode(connection_.get()));
}

bool Database::is_row(int code) { return code == SQLITE_ROW; }
bool Database::is_done(int code) { return code == SQLITE_DONE; }

}  // namespace metergate::sqlite
