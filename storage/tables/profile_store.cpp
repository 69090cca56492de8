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
                               std::vector<ProfilePoint> folded) {
  auto hot = hot_points(db, of.meter, of.epoch, of.day, of.day + Days{1});
  if (!hot) return failure(hot.error());
  const auto stored = hot->empty() ? std::move(folded) : merge_points(*hot, folded).points;
  const MergedPoints merged = merge_points(stored, of.points);
  DayChange change;
  if (merged.changed.empty()) return change;
  for (const UtcSeconds start : merged.changed) change.note(start);
  auto done = put_folded_day(db, of.meter, of.epoch, of.day, merged.points);
  if (!done) return failure(done.error());
  return change;
}

Stored<DayChange> store_day(sqlite::Database& db, const MeterDay& of,
                            std::chrono::sys_days first_hot_day) {
  auto folded = folded_day(db, of.meter, of.epoch, of.day);
  if (!folded) return failure(folded.error());
  if (!*folded && of.day >= first_hot_day) return store_hot(db, of);
  return store_folded(db, of, std::move(*folded).value_or(std::vector<ProfilePoint>{}));
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
    for (const ProfileInterval& interval : intervals) {
      for (const IntervalValue& value : interval.values) {
        auto channel = impl_->channels.id_of(db, value.channel);
        if (!channel) return failure(channel.error());
        points.push_back({interval.start, *channel, value.value, value.marks});
      }
    }
    put_in_order(points);

    auto frontier = fold_frontier(db);
    if (!frontier) return failure(frontier.error());
    // A backlog goes straight into blobs: it comes meter by meter, and the hot table is for what
    // all meters bring at once. Yesterday stays hot, since its last half-hours come today.
    const auto first_hot_day = std::max(frontier->value_or(std::chrono::sys_days::min()),
                                        std::chrono::floor<Days>(received_at) - Days{1});
    std::size_t changed = 0;
    for (auto first = points.cbegin(); first != points.cend();) {
      const auto day = std::chrono::floor<Days>(first->start);
      const auto last = std::find_if(first, points.cend(), [&](const ProfilePoint& point) {
        return point.start >= day + Days{1};
      });
      auto change = store_day(db, {meter, epoch, day, {first, last}}, first_hot_day);
      if (!change) return failure(change.error());
      if (change->intervals > 0) {
        auto done =
            impl_->mark_unpublished(meter, epoch, DataKind::Profile, day, change->from, change->to);
        if (!done) return failure(done.error());
      }
      changed += change->intervals;
      first = last;
    }
    return changed;
  });
}

}  // namespace metergate
