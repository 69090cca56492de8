// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>
#include <string>

#include "storage/tables/hot_tables.hpp"
#include "storage/tables/profile_read.hpp"

namespace metergate {
namespace {

using Days = std::chrono::days;

struct DayChange {
  std::size_t intervals = 0;
  UtcSeconds from;
  UtcSeconds to;

  void note(UtcSeconds start) {
    if (intervals == 0) from = to = start;
    if (intervals == 0 || start != to) ++intervals;
    to = start;
  }
};

/// One meter-day of the call.
struct MeterDay {
  MeterKey meter;
  Epoch epoch;
  std::chrono::sys_days day;
  std::span<const ProfilePoint> points;
};

// Into the hot table, row by row; a row that is there gives way only to a better one.
Stored<DayChange> store_hot(sqlite::Database& db, const MeterDay& of) {
  const HotTable table = hot_table_of(of.day);
  DayChange change;
  for (const ProfilePoint& point : of.points) {
    auto done =
        db.run(hot_sql<"INSERT INTO profile_hot_# (start_s, meter, epoch, channel, value, marks)"
                       " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING">(table),
               point.start, of.meter, of.epoch, point.channel, point.value, point.marks.bits);
    if (!done) return failure(done.error());
    if (db.changes() != 0) {
      change.note(point.start);
      continue;
    }
    auto marks = db.number(
        hot_sql<"SELECT marks FROM profile_hot_# WHERE start_s = ? AND meter = ? AND epoch = ?"
                " AND channel = ?">(table),
        point.start, of.meter, of.epoch, point.channel);
    if (!marks) return failure(marks.error());
    const IntervalMarks stored{static_cast<std::uint16_t>(marks->value_or(0))};
    if (!later_is_better(stored, point.marks)) continue;
    done = db.run(hot_sql<"UPDATE profile_hot_# SET value = ?, marks = ?"
                          " WHERE start_s = ? AND meter = ? AND epoch = ? AND channel = ?">(table),
                  point.value, point.marks.bits, point.start, of.meter, of.epoch, point.channel);
    if (!done) return failure(done.error());
    change.note(point.start);
  }
  return change;
}

// Into the day's blob, together with what it holds and with hot rows of a day in the middle of its
// fold; those count as stored first, which they were.
Stored<DayChange> store_folded(sqlite::Database& db, const MeterDay& of,
                               std::vector<ProfilePoint> folded, bool may_be_hot) {
  if (may_be_hot) {
    auto hot = hot_points(db, of.meter, of.epoch, of.day, of.day + Days{1});
    if (!hot) return failure(hot.error());
    if (!hot->empty()) folded = merge_points(*hot, folded).points;
  }
  const MergedPoints merged = merge_points(folded, of.points);
  DayChange change;
  if (merged.changed.empty()) return change;
  for (const UtcSeconds start : merged.changed) change.note(start);
  auto done = put_folded_day(db, of.meter, of.epoch, of.day, merged.points);
  if (!done) return failure(done.error());
  return change;
}

/// Where a day's values go: hot from `first` on, unless it has a blob.
struct HotDays {
  std::chrono::sys_days first;
  UtcSeconds no_row_before = UtcSeconds::min();  ///< as far as is known
};

// A past day that is all new, which is what a synchronisation brings: one statement.
Stored<bool> store_new_day(sqlite::Database& db, const MeterDay& of, DayChange& change) {
  auto stored = add_folded_day(db, of.meter, of.epoch, of.day, of.points);
  if (!stored || !*stored) return stored;
  for (const ProfilePoint& point : of.points) change.note(point.start);
  return true;
}

Stored<DayChange> store_day(sqlite::Database& db, const MeterDay& of, const HotDays& hot) {
  const bool may_be_hot = hot.no_row_before < of.day + Days{1};
  if (of.day < hot.first && !may_be_hot) {
    DayChange change;
    auto stored = store_new_day(db, of, change);
    if (!stored) return failure(stored.error());
    if (*stored) return change;
  }
  auto folded = folded_day(db, of.meter, of.epoch, of.day);
  if (!folded) return failure(folded.error());
  if (!*folded && of.day >= hot.first) return store_hot(db, of);
  return store_folded(db, of, std::move(*folded).value_or(std::vector<ProfilePoint>{}), may_be_hot);
}

}  // namespace

Stored<std::size_t> Ledger::store_profile(MeterKey meter, Epoch epoch,
                                          const std::vector<ProfileInterval>& intervals,
                                          UtcTime received_at) {
  if (intervals.empty()) return std::size_t{0};
  return impl_->write("storing a load profile", [&]() -> Stored<std::size_t> {
    auto& db = impl_->db;
    if (auto known = impl_->expect_tenancy(meter, epoch); !known) return failure(known.error());

    std::vector<ProfilePoint> points;
    points.reserve(intervals.size() * intervals.front().values.size());
    // A meter has few channels, so the number of the value before is often that of the next.
    std::optional<std::pair<cosem::ObisCode, std::int64_t>> last;
    for (const ProfileInterval& interval : intervals) {
      for (const IntervalValue& value : interval.values) {
        if (!last || last->first != value.channel) {
          auto channel = impl_->channels.id_of(db, value.channel);
          if (!channel) return failure(channel.error());
          last.emplace(value.channel, *channel);
        }
        points.push_back({interval.start, last->second, value.value, value.marks});
      }
    }
    put_in_order(points);

    auto frontier = fold_frontier(db);
    if (!frontier) return failure(frontier.error());
    // A backlog goes straight into blobs: it comes meter by meter, and the hot table is for what
    // all meters bring at once. Yesterday stays hot, since its last half-hours come today.
    HotDays hot{std::max(frontier->value_or(std::chrono::sys_days::min()),
                         std::chrono::floor<Days>(received_at) - Days{1})};
    if (!points.empty() && points.front().start < hot.first) {
      auto oldest = oldest_hot_start(db);
      if (!oldest) return failure(oldest.error());
      hot.no_row_before = oldest->value_or(UtcSeconds::max());
    }
    std::size_t changed = 0;
    for (auto first = points.cbegin(); first != points.cend();) {
      const auto day = std::chrono::floor<Days>(first->start);
      const auto end = std::find_if(first, points.cend(), [&](const ProfilePoint& point) {
        return point.start >= day + Days{1};
      });
      auto change = store_day(db, {meter, epoch, day, {first, end}}, hot);
      if (!change) return failure(change.error());
      if (change->intervals > 0) {
        auto done =
            impl_->mark_unpublished(meter, epoch, DataKind::Profile, day, change->from, change->to);
        if (!done) return failure(done.error());
      }
      changed += change->intervals;
      first = end;
    }
    return changed;
  });
}

}  // namespace metergate
