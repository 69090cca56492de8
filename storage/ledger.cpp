// SPDX-License-Identifier: Apache-2.0
#include "storage/ledger.hpp"

#include <string>

#include "storage/crash_point.hpp"
#include "storage/ledger_impl.hpp"
#include "storage/schema.hpp"
#include "storage/wal_room.hpp"

namespace metergate {

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Ledger::~Ledger() {
  // Or the broker is told again; so no failure is worth more than that.
  if (!impl_ || impl_->mode == LedgerMode::ReadOnly || impl_->published.size() == 0) return;
  if (impl_->db.in_transaction()) return;
  if (impl_->write("clearing published data", [&] { return impl_->clear_published(); })) {
    static_cast<void>(impl_->commit_open());
  }
}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;

Stored<Ledger> Ledger::open(const std::filesystem::path& file, LedgerMode mode) {
  const bool writes = mode == LedgerMode::ReadWrite;
  std::optional<WriterLock> lock;
  if (writes) {
    auto taken = WriterLock::take(file);
    if (!taken) return failure(taken.error());
    lock = std::move(*taken);
  }
  auto db =
      sqlite::Database::open(file, writes ? sqlite::Access::ReadWrite : sqlite::Access::ReadOnly);
  if (!db) return failure(db.error());
  auto schema = schema_of(*db, migrations());
  if (!schema) return failure(schema.error());
  if (writes) {
    if (auto done = db->configure(); !done) return failure(done.error());
    if (auto done = migrate(*db, migrations()); !done) return failure(done.error());
  } else if (*schema != migrations().back().number) {
    return failure(db->error(StorageError::Reason::CannotOpen,
                             "its schema is " + std::to_string(*schema) + ", this release reads " +
                                 std::to_string(migrations().back().number) +
                                 "; start the gateway once so that it brings the ledger forward"));
  }

  auto impl = std::make_unique<Impl>(std::move(*db), mode, file);
  impl->lock = std::move(lock);
  if (writes) {
    auto message = impl->db.number("SELECT max(id) FROM outbox_message");
    if (!message) return failure(message.error());
    auto version = impl->db.number("SELECT max(version) FROM outbox_data");
    if (!version) return failure(version.error());
    impl->next_message_id = message->value_or(0) + 1;
    impl->next_version = version->value_or(0) + 1;
    reserve_wal_room(file);
    // Without room for it the ledger works too; retain() tries again.
    impl->ballast.restore();
  }
  return Ledger{std::move(impl)};
}

Stored<Done> Ledger::commit() {
  auto done = impl_->commit_open();
  // Whatever was lost has been told now.
  impl_->lost.reset();
  return done;
}

bool Ledger::dirty() const { return impl_->lost.has_value() || impl_->db.in_transaction(); }

bool Ledger::reserve_held() const { return impl_->ballast.held(); }
bool Ledger::release_reserve() { return impl_->ballast.release(); }

Stored<std::vector<std::string>> Ledger::check() const {
  std::vector<std::string> findings;
  auto looked = impl_->read("checking integrity", [&]() -> Stored<Done> {
    const auto keep = [&](const sqlite::Row& row) {
      if (row.text(0) != "ok") findings.push_back(row.string(0));
    };
    if (auto done = impl_->db.each("PRAGMA integrity_check", keep); !done) {
      return failure(done.error());
    }
    return impl_->db.each("PRAGMA foreign_key_check", [&](const sqlite::Row& row) {
      findings.push_back("a row of " + row.string(0) + " names a row of " + row.string(2) +
                         " that is not there");
    });
  });
  const auto keep_corrupt = [&](const auto& read) -> Stored<Done> {
    if (read) return Done{};
    if (read.error().reason != StorageError::Reason::Corrupt) return failure(read.error());
    findings.push_back(read.error().what);
    return Done{};
  };
  if (looked) looked = keep_corrupt(meters());
  if (looked) looked = keep_corrupt(live_commands());
  if (!looked) return failure(looked.error());
  return findings;
}

Stored<Done> Ledger::Impl::begin_write(std::string_view activity) {
  db.set_activity(activity);
  if (mode == LedgerMode::ReadOnly) {
    return failure(db.error(StorageError::Reason::ReadOnly, "the ledger was opened for reading"));
  }
  if (lost) return failure(*lost);
  if (db.in_transaction()) return Done{};
  return db.run("BEGIN IMMEDIATE");
}

void Ledger::Impl::undo_to_savepoint() {
  if (!db.in_transaction()) return;
  if (!db.run("ROLLBACK TO write") || !db.run("RELEASE write")) roll_back();
}

void Ledger::Impl::note_failure(const StorageError& because) {
  // Numbers given out inside the failed write were never given out.
  channels.forget();
  if (db.in_transaction()) return;
  lost = because;
  lost->what += "; everything since the last commit was rolled back";
}

void Ledger::Impl::roll_back() {
  channels.forget();
  if (db.in_transaction()) static_cast<void>(db.run("ROLLBACK"));
}

Stored<Done> Ledger::Impl::commit_open() {
  if (lost) return failure(*lost);
  if (!db.in_transaction()) return Done{};
  db.set_activity("committing");
  crash_point("commit-before");
  if (auto done = db.run("COMMIT"); !done) {
    roll_back();
    lost = done.error();
    lost->what += "; everything since the last commit was rolled back";
    return failure(*lost);
  }
  crash_point("commit-after");
  return Done{};
}

Stored<Done> Ledger::Impl::expect_meter_changed(MeterKey meter) const {
  if (db.changes() == 1) return Done{};
  return failure(misuse("there is no meter with key " + std::to_string(meter)));
}

Stored<Done> Ledger::Impl::expect_tenancy(MeterKey meter, Epoch epoch) {
  auto there = db.number("SELECT 1 FROM tenancy WHERE meter = ? AND epoch = ?", meter, epoch);
  if (!there) return failure(there.error());
  if (*there) return Done{};
  return failure(
      misuse("meter " + std::to_string(meter) + " has no tenancy epoch " + std::to_string(epoch)));
}

}  // namespace metergate
