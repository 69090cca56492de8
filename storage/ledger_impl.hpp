// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "storage/ballast.hpp"
#include "storage/channel_ids.hpp"
#include "storage/ledger.hpp"
#include "storage/published_data.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/writer_lock.hpp"

namespace metergate {

/// What the files in storage/tables and storage/care share. Private to storage.
struct Ledger::Impl {
  Impl(sqlite::Database opened, LedgerMode opened_as, const std::filesystem::path& file)
      : db{std::move(opened)}, mode{opened_as}, ballast{file} {}

  sqlite::Database db;
  LedgerMode mode;
  std::optional<WriterLock> lock;
  Ballast ballast;
  ChannelIds channels;
  PublishedData published;
  /// Never given twice while the process lives, also after the row that had it was deleted, so
  /// that a late `published` can't clear a newer row.
  std::int64_t next_message_id = 1;
  std::int64_t next_version = 1;
  /// A row's place in the order in which retain() goes through its kind: time, then meter or key.
  using PurgePlace = std::pair<std::int64_t, std::int64_t>;
  /// How far retain() is with a kind.
  struct PurgePass {
    std::int64_t first_kept = std::numeric_limits<std::int64_t>::min();
    PurgePlace place{std::numeric_limits<std::int64_t>::min(), 0};
    std::optional<UtcTime> ended{};  ///< nothing more was found then
  };
  std::map<std::size_t, PurgePass> purge_passes;  ///< by the kind's place in its list
  /// Set when SQLite closed the transaction under us: what was written since the last commit is
  /// gone, and the next commit() has to say so.
  std::optional<StorageError> lost;

  /// Does one write of the ledger's API wholly or not at all, inside the open transaction, which
  /// the first write opens.
  template <typename Body>
  [[nodiscard]] std::invoke_result_t<Body> write(std::string_view activity, Body&& body) {
    return write_plainly(activity, [&]() -> std::invoke_result_t<Body> {
      if (auto marked = db.run("SAVEPOINT write"); !marked) return failure(marked.error());
      auto result = body();
      if (!result) {
        undo_to_savepoint();
        return result;
      }
      if (auto kept = db.run("RELEASE write"); !kept) return failure(kept.error());
      return result;
    });
  }

  /// The same without a savepoint, for a single statement or for several that may each stand alone.
  /// Inside a savepoint SQLite writes out the pages it has just freed; deletions belong here.
  template <typename Body>
  [[nodiscard]] std::invoke_result_t<Body> write_plainly(std::string_view activity, Body&& body) {
    if (auto ready = begin_write(activity); !ready) return failure(ready.error());
    auto result = body();
    if (!result) note_failure(result.error());
    return result;
  }

  /// Does one read against one state of the file, whatever a writer commits meanwhile. That also
  /// spares each of its statements locking the file and letting it go again.
  template <typename Body>
  [[nodiscard]] std::invoke_result_t<Body> read(std::string_view activity, Body&& body) {
    db.set_activity(activity);
    // What the writer has not committed yet is part of what it reads.
    if (db.in_transaction()) return body();
    if (auto begun = db.run("BEGIN"); !begun) return failure(begun.error());
    auto result = body();
    static_cast<void>(db.run("ROLLBACK"));
    return result;
  }

  [[nodiscard]] Stored<Done> begin_write(std::string_view activity);
  void undo_to_savepoint();
  /// Finds out whether the failed write took the whole transaction with it.
  void note_failure(const StorageError& because);
  /// COMMIT, or a rollback of everything since the last one. A loss stays known until
  /// Ledger::commit has told it.
  [[nodiscard]] Stored<Done> commit_open();
  void roll_back();

  /// Deletes the rows of `published` from the file, inside the open transaction.
  [[nodiscard]] Stored<Done> clear_published();
  /// The same for one of them, which `published` goes on holding.
  [[nodiscard]] Stored<Done> delete_published(const OutboxData& data);

  /// For deletions that erase: leaves nothing of the rows in the file.
  template <typename Body>
  [[nodiscard]] std::invoke_result_t<Body> erase(Body&& body) {
    if (auto set = db.set_erasure(sqlite::Erasure::Zero); !set) return failure(set.error());
    auto result = body();
    if (auto set = db.set_erasure(sqlite::Erasure::ZeroWhenFree); !set) {
      return failure(set.error());
    }
    return result;
  }

  [[nodiscard]] StorageError misuse(std::string_view words) const {
    return db.error(StorageError::Reason::Misuse, words);
  }
  [[nodiscard]] StorageError corrupt(std::string_view words) const {
    return db.error(StorageError::Reason::Corrupt, words);
  }
  /// Misuse unless the last statement changed a row.
  [[nodiscard]] Stored<Done> expect_meter_changed(MeterKey meter) const;
  /// Misuse unless the meter has this tenancy.
  [[nodiscard]] Stored<Done> expect_tenancy(MeterKey meter, Epoch epoch);

  /// Notes that a meter-day has data from `from` to `to` (both included) the broker has not seen.
  [[nodiscard]] Stored<Done> mark_unpublished(MeterKey meter, Epoch epoch, DataKind kind,
                                              std::chrono::sys_days day, UtcSeconds from,
                                              UtcSeconds to);
};

}  // namespace metergate
