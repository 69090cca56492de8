// SPDX-License-Identifier: Apache-2.0
#include "storage/tables/profile_read.hpp"

#include <algorithm>
#include <string>

#include "storage/blobs/profile_blob.hpp"
#include "storage/tables/hot_tables.hpp"
#include "storage/tables/week.hpp"

namespace metergate {
namespace {

StorageError unreadable(sqlite::Database& db, MeterKey meter, std::chrono::sys_days day,
                        blobs::BlobFault fault) {
  return db.error(StorageError::Reason::Corrupt,
                  "the load profile of meter " + std::to_string(meter) + " for " +
                      rfc3339::date_text(day) +
                      " is not readable: " + std::string{blobs::blob_fault_word(fault)});
}

/// Spans of four weeks that hold anything, of those asked for; first > last: none.
struct Spans {
  std::int64_t first;
  std::int64_t last;
};

// Looking into a few spans that are empty costs less than asking which are not.
Stored<Spans> spans_to_look_into(sqlite::Database& db, Spans asked) {
  constexpr std::int64_t kFew = 3;
  if (asked.last - asked.first < kFew) return asked;
  auto oldest = db.number("SELECT min(four_weeks) FROM profile_day");
  if (!oldest) return failure(oldest.error());
  auto newest = db.number("SELECT max(four_weeks) FROM profile_day");
  if (!newest) return failure(newest.error());
  if (!*oldest || !*newest) return Spans{0, -1};
  return Spans{std::max(asked.first, **oldest), std::min(asked.last, **newest)};
}

// Adds the folded points of the days that [from, to) touches, whole days, ascending.
Stored<Done> append_folded(sqlite::Database& db, MeterKey meter, Epoch epoch, UtcSeconds from,
                           UtcSeconds to, std::vector<ProfilePoint>& points) {
  const auto first = std::chrono::floor<std::chrono::days>(from);
  const auto last = std::chrono::floor<std::chrono::days>(to - std::chrono::seconds{1});
  // Mostly half-hours of one channel, and a day or a month of them.
  constexpr std::int64_t kHalfHoursOfDay = 48;
  constexpr std::int64_t kMostDays = 31;
  const std::int64_t days = std::min((last - first).count() + 1, kMostDays);
  points.reserve(points.size() + static_cast<std::size_t>(days * kHalfHoursOfDay));
  auto spans = spans_to_look_into(db, {four_weeks_of(first), four_weeks_of(last)});
  if (!spans) return failure(spans.error());
  for (std::int64_t span = spans->first; span <= spans->last; ++span) {
    auto done = db.each(
        "SELECT day, points FROM profile_day WHERE four_weeks = ? AND meter = ? AND epoch = ?"
        " AND day BETWEEN ? AND ? ORDER BY day",
        [&](const sqlite::Row& row) -> Stored<Done> {
          const auto read = blobs::append_profile_day(row.day(0), row.octets(1), points);
          if (!read) return failure(unreadable(db, meter, row.day(0), read.error()));
          return Done{};
        },
        span, meter, epoch, first, last);
    if (!done) return done;
  }
  return Done{};
}

// Those of the ascending points that lie within [from, to) as intervals, channels by their codes.
Stored<std::vector<ProfileInterval>> intervals_of(ChannelIds& channels, sqlite::Database& db,
                                                  const std::vector<ProfilePoint>& points,
                                                  UtcSeconds from, UtcSeconds to) {
  const auto first = std::ranges::lower_bound(points, from, {}, &ProfilePoint::start);
  const auto last = std::ranges::lower_bound(points, to, {}, &ProfilePoint::start);
  std::vector<ProfileInterval> out;
  std::size_t starts = 0;
  for (auto at = first; at != last; ++at) {
    if (at == first || at->start != std::prev(at)->start) ++starts;
  }
  out.reserve(starts);
  // A meter has few channels, so the codes of the point before are mostly those of the next.
  std::vector<std::pair<std::int64_t, cosem::ObisCode>> codes;
  for (auto at = first; at != last; ++at) {
    if (out.empty() || out.back().start != at->start) out.emplace_back().start = at->start;
    auto known = std::ranges::find(codes, at->channel, &decltype(codes)::value_type::first);
    if (known == codes.end()) {
      auto code = channels.code_of(db, at->channel);
      if (!code) return failure(code.error());
      codes.emplace_back(at->channel, *code);
      known = std::prev(codes.end());
    }
    out.back().values.push_back({known->second, at->value, at->marks});
  }
  return out;
}

}  // namespace

Stored<Done> each_hot_point(sqlite::Database& db, MeterRange meters, UtcSeconds from, UtcSeconds to,
                            const OnHotPoint& on_point) {
  // Hops from one start to the next and there straight to the meters: the table is in time order
  // and holds all meters, so walking through it would cost each reader the rows of all others.
  for (const HotTable table : kHotTables) {
    if (!may_hold(table, from, to)) continue;
    auto done = db.each(
        hot_sql<"WITH RECURSIVE slot (start_s) AS ("
                " SELECT min(start_s) FROM profile_hot_# WHERE start_s >= ?1 AND start_s < ?2"
                " UNION ALL"
                " SELECT (SELECT min(h.start_s) FROM profile_hot_# h"
                "         WHERE h.start_s > slot.start_s AND h.start_s < ?2)"
                " FROM slot WHERE slot.start_s IS NOT NULL)"
                " SELECT h.start_s, h.meter, h.epoch, h.channel, h.value, h.marks"
                " FROM slot CROSS JOIN profile_hot_# h"
                " WHERE h.start_s = slot.start_s AND h.meter BETWEEN ?3 AND ?4">(table),
        [&](const sqlite::Row& row) {
          on_point(row.integer(1), row.integer(2),
                   {row.time_s(0), row.integer(3), row.integer(4),
                    IntervalMarks{row.as<std::uint16_t>(5)}});
        },
        from, to, meters.first, meters.last);
    if (!done) return done;
  }
  return Done{};
}

Stored<std::vector<ProfilePoint>> hot_points(sqlite::Database& db, MeterKey meter, Epoch epoch,
                                             UtcSeconds from, UtcSeconds to) {
  std::vector<ProfilePoint> out;
  auto done = each_hot_point(db, {meter, meter}, from, to,
                             [&](MeterKey, Epoch its_epoch, const ProfilePoint& point) {
                               if (its_epoch == epoch) out.push_back(point);
                             });
  if (!done) return failure(done.error());
  put_in_order(out);
  return out;
}

Stored<std::optional<UtcSeconds>> oldest_hot_start(sqlite::Database& db) {
  std::optional<UtcSeconds> oldest;
  for (const HotTable table : kHotTables) {
    auto start = db.number(hot_sql<"SELECT min(start_s) FROM profile_hot_#">(table));
    if (!start) return failure(start.error());
    if (!*start) continue;
    const UtcSeconds found{std::chrono::seconds{**start}};
    oldest = std::min(oldest.value_or(found), found);
  }
  return oldest;
}

Stored<std::optional<std::vector<ProfilePoint>>> folded_day(sqlite::Database& db, MeterKey meter,
                                                            Epoch epoch,
                                                            std::chrono::sys_days day) {
  std::optional<std::vector<ProfilePoint>> out;
  auto done = db.each(
      "SELECT points FROM profile_day"
      " WHERE four_weeks = ? AND meter = ? AND epoch = ? AND day = ?",
      [&](const sqlite::Row& row) -> Stored<Done> {
        auto points = blobs::decode_profile_day(day, row.octets(0));
        if (!points) return failure(unreadable(db, meter, day, points.error()));
        out = std::move(*points);
        return Done{};
      },
      four_weeks_of(day), meter, epoch, day);
  if (!done) return failure(done.error());
  return out;
}

namespace {

// A day's blob, by a statement that takes its key and the octets.
Stored<Done> write_folded_day(sqlite::Database& db, sqlite::Sql statement, MeterKey meter,
                              Epoch epoch, std::chrono::sys_days day,
                              std::span<const ProfilePoint> points) {
  if (points.size() > blobs::kMaxDayPoints) {
    return failure(
        db.error(StorageError::Reason::Misuse, "meter " + std::to_string(meter) + " has " +
                                                   std::to_string(points.size()) + " values for " +
                                                   rfc3339::date_text(day) + ", at most " +
                                                   std::to_string(blobs::kMaxDayPoints) + " fit"));
  }
  return db.run(statement, four_weeks_of(day), meter, epoch, day,
                blobs::encode_profile_day(day, points));
}

}  // namespace

Stored<Done> put_folded_day(sqlite::Database& db, MeterKey meter, Epoch epoch,
                            std::chrono::sys_days day, std::span<const ProfilePoint> points) {
  return write_folded_day(
      db,
      "INSERT INTO profile_day (four_weeks, meter, epoch, day, points) VALUES (?, ?, ?, ?, ?)"
      " ON CONFLICT DO UPDATE SET points = excluded.points",
      meter, epoch, day, points);
}

Stored<bool> add_folded_day(sqlite::Database& db, MeterKey meter, Epoch epoch,
                            std::chrono::sys_days day, std::span<const ProfilePoint> points) {
  auto done = write_folded_day(
      db,
      "INSERT INTO profile_day (four_weeks, meter, epoch, day, points) VALUES (?, ?, ?, ?, ?)"
      " ON CONFLICT DO NOTHING",
      meter, epoch, day, points);
  if (!done) return failure(done.error());
  return db.changes() != 0;
}

Stored<std::optional<std::chrono::sys_days>> fold_frontier(sqlite::Database& db) {
  auto day = db.number("SELECT value FROM care WHERE name = 'fold_frontier'");
  if (!day) return failure(day.error());
  if (!*day) return std::optional<std::chrono::sys_days>{};
  return std::optional{std::chrono::sys_days{std::chrono::days{**day}}};
}

Stored<std::vector<ProfileInterval>> with_folded(Ledger::Impl& ledger, MeterKey meter, Epoch epoch,
                                                 UtcSeconds from, UtcSeconds to,
                                                 std::span<const ProfilePoint> hot) {
  std::vector<ProfilePoint> points;
  auto done = append_folded(ledger.db, meter, epoch, from, to, points);
  if (!done) return failure(done.error());
  // Hot rows of a day that is being folded stand in both; what came after went into the blob.
  if (!hot.empty()) points = merge_points(hot, points).points;
  return intervals_of(ledger.channels, ledger.db, points, from, to);
}

Stored<std::vector<ProfileInterval>> Ledger::profile(MeterKey meter, Epoch epoch, UtcSeconds from,
                                                     UtcSeconds to) const {
  return impl_->read("reading a load profile", [&]() -> Stored<std::vector<ProfileInterval>> {
    if (from >= to) return std::vector<ProfileInterval>{};
    auto oldest = oldest_hot_start(impl_->db);
    if (!oldest) return failure(oldest.error());
    Stored<std::vector<ProfilePoint>> hot{std::vector<ProfilePoint>{}};
    if (*oldest && **oldest < to) hot = hot_points(impl_->db, meter, epoch, from, to);
    if (!hot) return failure(hot.error());
    return with_folded(*impl_, meter, epoch, from, to, *hot);
  });
}

}  // namespace metergate
