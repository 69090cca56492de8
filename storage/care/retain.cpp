// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <ranges>

#include "storage/ledger_impl.hpp"

namespace metergate {
namespace {

/// One kind of data that grows old: ?1 is the first moment that stays, ?2 the most rows to delete,
/// (?3, ?4) the place in the kind's order to begin at. Tells the places of what was deleted.
/// A step of `chunk` rows writes less than the reserve holds, so that it can run on a full disk
/// (faults.md 1.3). Small rows that lie side by side share pages, so more of them fit; others may
/// cost several pages each, of more trees than one or for a large blob.
struct Purge {
  sqlite::Sql sql;
  std::int64_t first_kept;
  std::size_t chunk;
};

constexpr std::size_t kSideBySide = 500;
constexpr std::size_t kScattered = 48;
constexpr std::size_t kCommands = 16;

// SQLite divides towards zero. A meter's clock may stand before 1970, and what it dated so must be
// found under the day and the week it was stored under (storage/tables/week.hpp): so a million days
// or weeks are added, which lie before any date of a meter, and taken away behind the division.
std::array<Purge, 7> purges(const RetentionPolicy& policy, UtcTime now) {
  const auto first_day = [&](std::chrono::days keep) {
    return std::chrono::floor<std::chrono::days>(now) - keep;
  };
  const auto days = [&](std::chrono::days keep) {
    return std::int64_t{first_day(keep).time_since_epoch().count()};
  };
  const auto milliseconds = [&](std::chrono::days keep) {
    return std::int64_t{UtcTime{first_day(keep)}.time_since_epoch().count()};
  };
  return {{
      {"DELETE FROM register_reading WHERE (read_ms, meter, epoch) IN"
       " (SELECT r.read_ms, r.meter, r.epoch FROM register_reading r WHERE r.read_ms < ?1"
       "  AND NOT EXISTS (SELECT 1 FROM outbox_data o"
       "   WHERE o.week = (r.read_ms + 604800000000000) / 604800000 - 1000000"
       "   AND o.day = (r.read_ms + 86400000000000) / 86400000 - 1000000"
       "   AND o.kind = 1 AND o.meter = r.meter AND o.epoch = r.epoch)"
       "  AND (r.read_ms, r.meter) >= (?3, ?4) ORDER BY r.read_ms, r.meter LIMIT ?2)"
       " RETURNING read_ms, meter",
       milliseconds(policy.registers), kSideBySide},
      {"DELETE FROM register_day WHERE (day, meter, epoch) IN"
       " (SELECT d.day, d.meter, d.epoch FROM register_day d WHERE d.day < ?1"
       "  AND NOT EXISTS (SELECT 1 FROM outbox_data o"
       "   WHERE o.week = (d.day + 7000000) / 7 - 1000000 AND o.day = d.day"
       "   AND o.kind = 1 AND o.meter = d.meter AND o.epoch = d.epoch)"
       "  AND (d.day, d.meter) >= (?3, ?4) ORDER BY d.day, d.meter LIMIT ?2)"
       " RETURNING day, meter",
       days(policy.registers), kSideBySide},
      {"DELETE FROM profile_day WHERE rowid IN"
       " (SELECT p.rowid FROM profile_day p"
       "  WHERE p.four_weeks <= (?1 + 28000000) / 28 - 1000000 AND p.day < ?1"
       "  AND NOT EXISTS (SELECT 1 FROM outbox_data o"
       "   WHERE o.week = (p.day + 7000000) / 7 - 1000000 AND o.day = p.day"
       "   AND o.kind = 3 AND o.meter = p.meter AND o.epoch = p.epoch)"
       "  AND (p.four_weeks, p.meter) >= (?3, ?4) ORDER BY p.four_weeks, p.meter LIMIT ?2)"
       " RETURNING four_weeks, meter",
       days(policy.profile), kScattered},
      {"DELETE FROM daily WHERE (day, meter, epoch, channel) IN"
       " (SELECT d.day, d.meter, d.epoch, d.channel FROM daily d WHERE d.day < ?1"
       "  AND NOT EXISTS (SELECT 1 FROM outbox_data o"
       "   WHERE o.week = (d.day + 7000000) / 7 - 1000000 AND o.day = d.day"
       "   AND o.kind = 2 AND o.meter = d.meter AND o.epoch = d.epoch)"
       "  AND (d.day, d.meter) >= (?3, ?4) ORDER BY d.day, d.meter LIMIT ?2)"
       " RETURNING day, meter",
       days(policy.daily), kSideBySide},
      // By the time of receipt, since a meter's clock may be years off; and never the newest entry.
      {"DELETE FROM log_entry WHERE (meter, epoch, log, sequence) IN"
       " (SELECT e.meter, e.epoch, e.log, e.sequence FROM log_entry e WHERE e.received_ms < ?1"
       "  AND e.sequence < (SELECT max(n.sequence) FROM log_entry n"
       "   WHERE n.meter = e.meter AND n.epoch = e.epoch AND n.log = e.log)"
       "  AND NOT EXISTS (SELECT 1 FROM outbox_data o"
       "   WHERE o.week = (e.meter_time_s + 604800000000) / 604800 - 1000000"
       "   AND o.day = (e.meter_time_s + 86400000000) / 86400 - 1000000"
       "   AND o.kind = 4 AND o.meter = e.meter AND o.epoch = e.epoch)"
       "  AND (e.received_ms, e.meter) >= (?3, ?4) ORDER BY e.received_ms, e.meter LIMIT ?2)"
       " RETURNING received_ms, meter",
       milliseconds(policy.logs), kScattered},
      {"DELETE FROM command WHERE key IN"
       " (SELECT c.key FROM command c WHERE c.ended = 1 AND c.changed_ms < ?1"
       // An id is forgotten only when its command could not come again.
       "  AND c.stated_expires_ms < ?1"
       "  AND (c.changed_ms, c.key) >= (?3, ?4) ORDER BY c.changed_ms, c.key LIMIT ?2)"
       " RETURNING changed_ms, key",
       milliseconds(policy.commands), kCommands},
      // The newest line stays, so that ids go on from it and a reader's `after_id` keeps its sense.
      {"DELETE FROM journal WHERE id IN"
       " (SELECT j.id FROM journal j WHERE j.at_ms < ?1 AND j.id < (SELECT max(id) FROM journal)"
       "  AND (j.at_ms, j.id) >= (?3, ?4) ORDER BY j.at_ms, j.id LIMIT ?2)"
       " RETURNING at_ms, id",
       milliseconds(policy.journal), kSideBySide},
  }};
}
static_assert(static_cast<int>(DataKind::Registers) == 1 &&
                  static_cast<int>(DataKind::Daily) == 2 &&
                  static_cast<int>(DataKind::Profile) == 3 && static_cast<int>(DataKind::Log) == 4,
              "the statements above name the kinds by number");

using Place = Ledger::Impl::PurgePlace;
using Pass = Ledger::Impl::PurgePass;

// With ten thousand meters looking for nothing costs 30 ms in the four weeks in which the border
// lies, and 200 ms among the newest entries of logs, which all stay. So each step goes on where the
// one before ended, and what it passed because it was in the outbox, or came late, waits for the
// next pass.
bool begins_anew(const Pass& pass, std::int64_t first_kept, UtcTime now) {
  constexpr std::chrono::hours kLookAgain{1};
  return pass.first_kept != first_kept ||
         (pass.ended && std::chrono::abs(now - *pass.ended) >= kLookAgain);
}

/// One step of the work, which writes and tells how many rows it deleted.
template <typename Step>
Stored<std::size_t> commit_step(Ledger::Impl& impl, Step&& step) {
  Stored<std::size_t> deleted = step();
  if (deleted) {
    if (auto done = impl.commit_open(); !done) deleted = failure(done.error());
  }
  // Nothing of the caller's was pending, so nothing of his was lost.
  if (!deleted) {
    impl.roll_back();
    impl.lost.reset();
  }
  return deleted;
}

// On a full disk once more with the room of the reserve. The WAL is emptied into the file before
// and after: it can't begin anew while it holds pages for which the file had no room to grow.
template <typename Step>
Stored<std::size_t> commit_step_somehow(Ledger::Impl& impl, Step&& step) {
  auto deleted = commit_step(impl, step);
  if (!deleted && deleted.error().reason == StorageError::Reason::DiskFull &&
      impl.ballast.release()) {
    if (auto done = impl.db.checkpoint(); !done) return failure(done.error());
    deleted = commit_step(impl, step);
  }
  if (deleted && !impl.ballast.held()) {
    if (auto done = impl.db.checkpoint(); !done) return failure(done.error());
  }
  return deleted;
}

// From `place` on, which moves on to the last row that was deleted.
Stored<std::size_t> delete_chunk(Ledger::Impl& impl, const Purge& purge, Place& place,
                                 std::size_t most) {
  Place last;
  auto deleted = commit_step_somehow(impl, [&] {
    last = place;
    return impl.write_plainly("deleting old data", [&]() -> Stored<std::size_t> {
      std::size_t rows = 0;
      auto done = impl.erase([&] {
        return impl.db.each(
            purge.sql,
            [&](const sqlite::Row& row) {
              ++rows;
              last = std::max(last, Place{row.integer(0), row.integer(1)});
            },
            purge.first_kept, most, place.first, place.second);
      });
      if (!done) return failure(done.error());
      return rows;
    });
  });
  if (deleted) place = last;
  return deleted;
}

// Deletes the rows of what the broker has from the file, at most so many of them.
Stored<std::size_t> delete_published(Ledger::Impl& impl, std::size_t most) {
  return impl.write_plainly("clearing published data", [&]() -> Stored<std::size_t> {
    std::size_t deleted = 0;
    for (const auto& [key, data] : impl.published.rows() | std::views::take(most)) {
      if (auto done = impl.delete_published(data); !done) return failure(done.error());
      ++deleted;
    }
    return deleted;
  });
}

// Data of which the outbox has a row is kept, so the rows of what the broker has go first: all at
// once, since they mostly share pages, or else in steps that fit into the reserve. What cannot go
// even so waits for the next time, and keeps nothing but its own data.
Stored<Done> clear_published(Ledger::Impl& impl) {
  const std::size_t all = impl.published.size();
  if (all > 0 && commit_step(impl, [&] { return delete_published(impl, all); })) {
    impl.published.clear();
  }
  while (impl.published.size() > 0) {
    const auto deleted =
        commit_step_somehow(impl, [&] { return delete_published(impl, kScattered); });
    if (!deleted && deleted.error().reason == StorageError::Reason::DiskFull) return Done{};
    if (!deleted) return failure(deleted.error());
    for (std::size_t i = 0; i < *deleted; ++i) {
      impl.published.take(impl.published.rows().begin()->first);
    }
  }
  return Done{};
}

}  // namespace

Stored<std::size_t> Ledger::retain(const RetentionPolicy& policy, UtcTime now,
                                   std::size_t max_rows) {
  if (auto done = impl_->commit_open(); !done) return failure(done.error());
  if (auto done = clear_published(*impl_); !done) return failure(done.error());
  std::size_t total = 0;
  const auto all = purges(policy, now);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Purge& purge = all[i];
    Pass& pass = impl_->purge_passes[i];
    if (begins_anew(pass, purge.first_kept, now)) pass = {.first_kept = purge.first_kept};
    while (!pass.ended && total < max_rows) {
      const std::size_t most = std::min(purge.chunk, max_rows - total);
      auto deleted = delete_chunk(*impl_, purge, pass.place, most);
      if (!deleted) return deleted;
      total += *deleted;
      if (*deleted < most) pass.ended = now;
    }
  }
  impl_->ballast.restore();
  return total;
}

}  // namespace metergate
