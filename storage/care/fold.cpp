// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "storage/blobs/profile_blob.hpp"
#include "storage/folded.hpp"
#include "storage/tables/hot_tables.hpp"
#include "storage/tables/profile_read.hpp"

namespace metergate {
namespace {

using Days = std::chrono::days;

/// How far the fold of a day is: all meters up to this one stand in blobs.
struct Progress {
  std::chrono::sys_days day;
  MeterKey meter = 0;
  Epoch epoch = 0;
};

Stored<Done> put_care(sqlite::Database& db, std::string_view name, std::int64_t value) {
  return db.run(
      "INSERT INTO care (name, value) VALUES (?, ?)"
      " ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
      name, value);
}

// From here on, `store_profile` writes earlier days into blobs, so that the hot rows of a day stay
// as they are while it is folded meter by meter. After a clock that ran ahead was set back, a day
// half folded may get hot rows again: then its fold starts over, which changes nothing twice.
Stored<Done> move_frontier(sqlite::Database& db, std::chrono::sys_days today) {
  auto before = fold_frontier(db);
  if (!before) return failure(before.error());
  if (*before && today < **before) {
    if (auto done = db.run("DELETE FROM care WHERE name = 'fold_day'"); !done) return done;
  }
  return put_care(db, "fold_frontier", today.time_since_epoch().count());
}

Stored<Progress> progress_of(sqlite::Database& db, std::chrono::sys_days day) {
  Progress progress{day};
  bool same_day = false;
  auto done = db.each(
      "SELECT d.value, m.value, e.value FROM care d, care m, care e"
      " WHERE d.name = 'fold_day' AND m.name = 'fold_meter' AND e.name = 'fold_epoch'",
      [&](const sqlite::Row& row) {
        same_day = row.day(0) == day;
        progress.meter = row.integer(1);
        progress.epoch = row.integer(2);
      });
  if (!done) return failure(done.error());
  return same_day ? progress : Progress{day};
}

Stored<Done> put_progress(sqlite::Database& db, const Progress& progress) {
  auto done = put_care(db, "fold_day", progress.day.time_since_epoch().count());
  if (done) done = put_care(db, "fold_meter", progress.meter);
  if (done) done = put_care(db, "fold_epoch", progress.epoch);
  return done;
}

Stored<std::vector<UtcSeconds>> starts_of(sqlite::Database& db, std::chrono::sys_days day) {
  std::vector<UtcSeconds> out;
  const UtcSeconds begin = day;
  auto done = db.each(
      hot_sql<"WITH RECURSIVE slot (start_s) AS ("
              " SELECT min(start_s) FROM profile_hot_# WHERE start_s >= ?1 AND start_s < ?2"
              " UNION ALL"
              " SELECT (SELECT min(h.start_s) FROM profile_hot_# h"
              "         WHERE h.start_s > slot.start_s AND h.start_s < ?2)"
              " FROM slot WHERE slot.start_s IS NOT NULL)"
              " SELECT start_s FROM slot WHERE start_s IS NOT NULL">(hot_table_of(day)),
      [&](const sqlite::Row& row) { out.push_back(row.time_s(0)); }, begin, begin + Days{1});
  if (!done) return failure(done.error());
  return out;
}

// The next (meter, epoch) of the day behind `progress`; false when there is none.
Stored<bool> advance(sqlite::Database& db, const std::vector<UtcSeconds>& starts,
                     Progress& progress) {
  std::pair next{std::numeric_limits<MeterKey>::max(), Epoch{0}};
  const std::pair none = next;
  for (const UtcSeconds start : starts) {
    auto done = db.each(
        hot_sql<"SELECT meter, epoch FROM profile_hot_#"
                " WHERE start_s = ? AND (meter, epoch) > (?, ?)"
                " ORDER BY meter, epoch LIMIT 1">(hot_table_of(progress.day)),
        [&](const sqlite::Row& row) {
          next = std::min(next, std::pair{row.integer(0), row.integer(1)});
        },
        start, progress.meter, progress.epoch);
    if (!done) return failure(done.error());
  }
  if (next == none) return false;
  progress.meter = next.first;
  progress.epoch = next.second;
  return true;
}

Stored<Done> fold_meter_day(sqlite::Database& db, const Progress& at, Folded& done) {
  auto hot = hot_points(db, at.meter, at.epoch, at.day, at.day + Days{1});
  if (!hot) return failure(hot.error());
  auto folded = folded_day(db, at.meter, at.epoch, at.day);
  if (!folded) return failure(folded.error());
  // What is in the blob already came after the hot rows.
  const std::vector<ProfilePoint> points =
      *folded ? merge_points(*hot, **folded).points : std::move(*hot);
  ++done.meter_days;
  // Three values a second, all day: no meter measures that, but one may send it, and its day must
  // not stop the days of all others.
  const std::size_t kept = std::min(points.size(), blobs::kMaxDayPoints);
  if (kept < points.size()) done.overfull.push_back({at.meter, at.day, points.size() - kept});
  return put_folded_day(db, at.meter, at.epoch, at.day, std::span{points}.first(kept));
}

// Drops the day's hot rows, all of which stand in blobs by now. Mostly its table holds nothing else
// and is emptied as a whole, which reads its pages but writes none of them.
Stored<Done> drop_day(sqlite::Database& db, std::chrono::sys_days day) {
  const HotTable table = hot_table_of(day);
  auto newest = db.number(hot_sql<"SELECT max(start_s) FROM profile_hot_#">(table));
  if (!newest) return failure(newest.error());
  const UtcSeconds end = day + Days{1};
  if (newest->value_or(0) < end.time_since_epoch().count()) {
    return db.run(hot_sql<"DELETE FROM profile_hot_#">(table));
  }
  return db.run(hot_sql<"DELETE FROM profile_hot_# WHERE start_s < ?">(table), end);
}

constexpr sqlite::Sql kIntoEven{
    "INSERT OR IGNORE INTO profile_hot_0 SELECT * FROM profile_hot_1"
    " WHERE start_s >= ? AND start_s < ?"};
constexpr sqlite::Sql kIntoOdd{
    "INSERT OR IGNORE INTO profile_hot_1 SELECT * FROM profile_hot_0"
    " WHERE start_s >= ? AND start_s < ?"};

// Rows whose moment is damaged may stand in the other days' table, where nothing would find them.
Stored<Done> bring_home(sqlite::Database& db, std::chrono::sys_days day) {
  const UtcSeconds begin = day;
  const UtcSeconds end = day + Days{1};
  const bool is_even = hot_table_of(day) == HotTable::Even;
  auto done = db.run(is_even ? kIntoEven : kIntoOdd, begin, end);
  if (!done) return done;
  return db.run(hot_sql<"DELETE FROM profile_hot_# WHERE start_s >= ? AND start_s < ?">(
                    is_even ? HotTable::Odd : HotTable::Even),
                begin, end);
}

// Folds meters of the day until `most` are folded in all; when the day is done, drops it, which
// counts as one more.
Stored<Done> work_on_day(sqlite::Database& db, std::chrono::sys_days day, std::size_t most,
                         Folded& out) {
  auto starts = starts_of(db, day);
  if (starts && starts->empty()) {
    if (auto done = bring_home(db, day); !done) return done;
    starts = starts_of(db, day);
  }
  if (!starts) return failure(starts.error());
  auto progress = progress_of(db, day);
  if (!progress) return failure(progress.error());
  while (out.meter_days < most) {
    auto more = advance(db, *starts, *progress);
    if (!more) return failure(more.error());
    if (!*more) {
      ++out.meter_days;
      return drop_day(db, day);
    }
    if (auto done = fold_meter_day(db, *progress, out); !done) return done;
  }
  return put_progress(db, *progress);
}

}  // namespace

Stored<Folded> Ledger::fold(std::chrono::sys_days today, std::size_t max_meter_days) {
  // Each step may stand alone: a meter-day folded twice is the same, and rows go only after all of
  // their day is in blobs.
  return impl_->write_plainly("folding the load profile", [&]() -> Stored<Folded> {
    auto& db = impl_->db;
    if (auto done = move_frontier(db, today); !done) return failure(done.error());
    Folded out;
    while (out.meter_days < max_meter_days) {
      auto oldest = oldest_hot_start(db);
      if (!oldest) return failure(oldest.error());
      if (!*oldest) break;
      const auto day = std::chrono::floor<Days>(**oldest);
      if (day >= today) break;
      if (auto done = work_on_day(db, day, max_meter_days, out); !done) {
        return failure(done.error());
      }
    }
    return out;
  });
}

}  // namespace metergate
