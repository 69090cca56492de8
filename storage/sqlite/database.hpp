// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include "storage/sqlite/statement.hpp"
#include "storage/storage_error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace metergate::sqlite {

enum class Access : std::uint8_t { ReadWrite, ReadOnly };

/// How freed content is treated (`PRAGMA secure_delete`). Zero: overwritten with zeros always, for
/// deletions that are meant as such. ZeroWhenFree: only where the page is written anyway, so whole
/// pages given back keep their octets until they are used again; for rows that move elsewhere.
enum class Erasure : std::uint8_t { Zero, ZeroWhenFree };

/// One connection to one SQLite file, with its prepared statements. Used by one thread.
/// Failures name the file, what was being done (`set_activity`) and SQLite's own words.
class Database {
 public:
  /// Opens; a missing file is created with mode 0600 (WAL and shared memory inherit it). Nothing in
  /// an existing file is changed by opening or by closing again before `configure`.
  [[nodiscard]] static Stored<Database> open(const std::filesystem::path& file, Access access);

  /// WAL, full synchronisation, small caches: the way the ledger writes.
  [[nodiscard]] Stored<Done> configure();
  [[nodiscard]] Stored<Done> set_erasure(Erasure erasure);

  /// Several statements at once; for migrations.
  [[nodiscard]] Stored<Done> script(const std::string& sql);

  template <typename... Values>
  [[nodiscard]] Stored<Done> run(Sql sql, const Values&... values) {
    return each(
        sql, [](const Row&) {}, values...);
  }

  /// Calls `on_row(const Row&)` for each row; where that returns Stored<Done>, a failure ends it.
  template <typename OnRow, typename... Values>
  [[nodiscard]] Stored<Done> each(Sql sql, OnRow&& on_row, const Values&... values) {
    sqlite3_stmt* statement = prepared(sql);
    if (statement == nullptr) return failure(last_error());
    Execution execution{statement};
    execution.bind_all(values...);
    int code = execution.step();
    for (; is_row(code); code = execution.step()) {
      if constexpr (std::is_same_v<std::invoke_result_t<OnRow, const Row&>, Stored<Done>>) {
        if (auto done = on_row(execution.row()); !done) return done;
      } else {
        on_row(execution.row());
      }
    }
    // Asked for while the statement still stands: resetting it may change SQLite's words.
    if (!is_done(code)) return failure(error_of(code));
    return Done{};
  }

  /// The first column of the first row, if there is one and it is not NULL.
  template <typename... Values>
  [[nodiscard]] Stored<std::optional<std::int64_t>> number(Sql sql, const Values&... values) {
    std::optional<std::int64_t> found;
    auto done = each(
        sql,
        [&](const Row& row) {
          if (!found && !row.is_null(0)) found = row.integer(0);
        },
        values...);
    if (!done) return failure(done.error());
    return found;
  }

  /// Whether a transaction is open. SQLite closes one by itself on some failures (disk full, I/O).
  [[nodiscard]] bool in_transaction() const;
  /// Rows the last statement inserted, updated or deleted.
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] std::int64_t last_rowid() const;

  /// Moves what the WAL holds into the file and starts it afresh.
  [[nodiscard]] Stored<Done> checkpoint();
  /// Writes the file anew. Its copy stands in `folder` meanwhile, and not in memory.
  [[nodiscard]] Stored<Done> vacuum(const std::filesystem::path& folder);

  /// Writes all of it, as it stands now, into a new file of mode 0600: SQLite's online backup,
  /// which holds up no writer. The copy is one file without a WAL, so it can be moved and looked
  /// at.
  [[nodiscard]] Stored<Done> copy_into(const std::filesystem::path& file) const;

  /// What is being done, for error texts: `storing a command`.
  void set_activity(std::string_view activity) { activity_ = activity; }
  [[nodiscard]] StorageError error(StorageError::Reason reason, std::string_view words) const;

 private:
  friend class RowWriter;

  struct Close {
    void operator()(sqlite3* connection) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  explicit Database(std::filesystem::path file) : file_{std::move(file)} {}
  [[nodiscard]] sqlite3_stmt* prepared(Sql sql);
  [[nodiscard]] StorageError error_of(int code) const;
  [[nodiscard]] StorageError last_error() const;
  [[nodiscard]] static bool is_row(int code);
  [[nodiscard]] static bool is_done(int code);

  std::filesystem::path file_;
  std::string_view activity_ = "opening";
  std::unique_ptr<sqlite3, Close> connection_;
  // After the connection, so that the statements go first.
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

}  // namespace metergate::sqlite
