// SPDX-License-Identifier: Apache-2.0
#include "storage/tables/tenancy_border.hpp"

#include <algorithm>

#include "storage/tables/hot_tables.hpp"
#include "storage/tables/profile_read.hpp"
#include "storage/tables/tenancy_hops.hpp"
#include "storage/tables/week.hpp"

namespace metergate {
namespace {

using std::chrono::days;

Stored<Done> take_intervals(sqlite::Database& db, MeterKey meter, Epoch sealed, UtcSeconds first) {
  for (const HotTable table : kHotTables) {
    auto done = db.run(hot_sql<"DELETE FROM profile_hot_# WHERE" METERGATE_OF_TENANCY(
                           "start_s", "profile_hot_#", "WHERE start_s >= ?3")>(table),
                       meter, sealed, first);
    if (!done) return done;
  }
  const auto day = std::chrono::floor<days>(first);
  auto folded = folded_day(db, meter, sealed, day);
  if (!folded) return failure(folded.error());
  if (*folded) {
    std::erase_if(**folded, [&](const ProfilePoint& point) { return point.start >= first; });
    auto done = put_folded_day(db, meter, sealed, day, **folded);
    if (!done) return done;
  }
  return db.run("DELETE FROM profile_day WHERE day > ?4 AND" METERGATE_OF_TENANCY(
                    "four_weeks", "profile_day", "WHERE four_weeks >= ?3"),
                meter, sealed, four_weeks_of(day), day);
}

/// The box's time at which its readings begin to be the next tenant's.
Stored<UtcTime> on_clock_of_box(sqlite::Database& db, MeterKey meter, UtcSeconds effective) {
  auto offset = db.number("SELECT clock_offset_ms FROM meter WHERE key = ?", meter);
  if (!offset) return failure(offset.error());
  return UtcTime{effective} - std::chrono::milliseconds{offset->value_or(0)};
}

Stored<Done> hand_over_readings(Ledger::Impl& ledger, MeterKey meter, Epoch sealed, Epoch next,
                                UtcTime from) {
  auto& db = ledger.db;
  std::vector<UtcTime> read;
  auto done = db.each(
      "SELECT read_ms FROM register_reading WHERE read_ms >= ? AND meter = ? AND epoch = ?",
      [&](const sqlite::Row& row) { read.push_back(row.time_ms(0)); }, from, meter, sealed);
  if (!done) return done;
  for (const UtcTime at : read) {
    const auto day = std::chrono::floor<days>(at);
    const auto second = std::chrono::floor<std::chrono::seconds>(at);
    done = db.run(
        "UPDATE register_reading SET epoch = ? WHERE read_ms = ? AND meter = ?"
        " AND epoch = ?",
        next, at, meter, sealed);
    if (done) {
      done = db.run(
          "INSERT INTO register_day (day, meter, epoch) VALUES (?, ?, ?)"
          " ON CONFLICT DO NOTHING",
          day, meter, next);
    }
    if (done) {
      done = ledger.mark_unpublished(meter, next, DataKind::Registers, day, second, second);
    }
    if (!done) return done;
  }
  return Done{};
}

}  // namespace

Stored<Done> draw_border(Ledger::Impl& ledger, MeterKey meter, Epoch sealed, Epoch next,
                         const TenancyBegin& begin) {
  auto& db = ledger.db;
  auto done = take_intervals(db, meter, sealed, begin.first_interval);
  if (!done) return done;
  done = db.run("DELETE FROM daily WHERE" METERGATE_OF_TENANCY("day", "daily", "WHERE day >= ?3"),
                meter, sealed, begin.first_day);
  if (!done) return done;
  const auto from = on_clock_of_box(db, meter, begin.effective);
  if (!from) return failure(from.error());
  // Not by the meter's time alone: a clock that was ahead and set back wrote such times before. Of
  // the very second of the change, all but its own entry was there before and may be purged by now.
  done = db.run(
      "DELETE FROM log_entry WHERE meter = ?1 AND epoch = ?2 AND received_ms >= ?4"
      " AND (meter_time_s > ?3 OR (meter_time_s = ?3 AND code = ?5))",
      meter, sealed, begin.effective, *from, static_cast<int>(EventCode::TenancyChanged));
  if (!done) return done;
  // They are not read again: what was read before the change was seen goes to the new tenancy.
  done = db.run(
      "UPDATE billing_snapshot SET epoch = ?1 WHERE meter = ?2 AND epoch = ?3 AND received_ms >= ?5"
      " AND (meter_time_s > ?4 OR (meter_time_s = ?4 AND cause <> ?6))",
      next, meter, sealed, begin.effective, *from, billing_cause_word(BillingCause::BeforeTenancy));
  if (!done) return done;
  return hand_over_readings(ledger, meter, sealed, next, *from);
}

}  // namespace metergate
