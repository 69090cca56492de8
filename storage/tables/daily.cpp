// SPDX-License-Identifier: Apache-2.0
#include "storage/blobs/profile_points.hpp"
#include "storage/ledger_impl.hpp"

namespace metergate {
namespace {

struct DailyKey {
  MeterKey meter;
  Epoch epoch;
  std::chrono::sys_days day;
  std::int64_t channel;
};

// Whether the value was new, or better than the one that stood there (profile_points.hpp).
Stored<bool> store_value(sqlite::Database& db, const DailyKey& key, const IntervalValue& value,
                         UtcTime received_at) {
  auto marks =
      db.number("SELECT marks FROM daily WHERE day = ? AND meter = ? AND epoch = ? AND channel = ?",
                key.day, key.meter, key.epoch, key.channel);
  if (!marks) return failure(marks.error());
  if (*marks && !later_is_better(IntervalMarks{static_cast<std::uint16_t>(**marks)}, value.marks)) {
    return false;
  }
  auto done = db.run(
      "INSERT INTO daily (day, meter, epoch, channel, value, marks, received_ms)"
      " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value,"
      " marks = excluded.marks, received_ms = excluded.received_ms",
      key.day, key.meter, key.epoch, key.channel, value.value, value.marks.bits, received_at);
  if (!done) return failure(done.error());
  return true;
}

}  // namespace

Stored<std::size_t> Ledger::store_daily(MeterKey meter, Epoch epoch,
                                        const std::vector<DailySnapshot>& snapshots,
                                        UtcTime received_at) {
  if (snapshots.empty()) return std::size_t{0};
  return impl_->write("storing daily values", [&]() -> Stored<std::size_t> {
    auto& db = impl_->db;
    if (auto known = impl_->expect_tenancy(meter, epoch); !known) return failure(known.error());
    std::size_t changed_days = 0;
    for (const DailySnapshot& snapshot : snapshots) {
      bool changed = false;
      for (const IntervalValue& value : snapshot.values) {
        auto channel = impl_->channels.id_of(db, value.channel);
        if (!channel) return failure(channel.error());
        auto stored = store_value(db, {meter, epoch, snapshot.day, *channel}, value, received_at);
        if (!stored) return failure(stored.error());
        changed = changed || *stored;
      }
      if (!changed) continue;
      ++changed_days;
      auto done = impl_->mark_unpublished(meter, epoch, DataKind::Daily, snapshot.day, snapshot.day,
                                          snapshot.day);
      if (!done) return failure(done.error());
    }
    return changed_days;
  });
}

Stored<std::vector<DailySnapshot>> Ledger::daily(MeterKey meter, Epoch epoch,
                                                 std::chrono::sys_days from,
                                                 std::chrono::sys_days to) const {
  return impl_->read("reading daily values", [&]() -> Stored<std::vector<DailySnapshot>> {
    auto& db = impl_->db;
    std::vector<DailySnapshot> out;
    // From day to day, and there straight to the meter: the table holds all meters in time order.
    auto done = db.each(
        "WITH RECURSIVE slot (day) AS ("
        " SELECT min(day) FROM daily WHERE day >= ?1 AND day < ?2"
        " UNION ALL"
        " SELECT (SELECT min(d.day) FROM daily d WHERE d.day > slot.day AND d.day < ?2)"
        " FROM slot WHERE slot.day IS NOT NULL)"
        " SELECT d.day, d.channel, d.value, d.marks FROM slot CROSS JOIN daily d"
        " WHERE d.day = slot.day AND d.meter = ?3 AND d.epoch = ?4 ORDER BY 1, 2",
        [&](const sqlite::Row& row) -> Stored<Done> {
          auto code = impl_->channels.code_of(db, row.integer(1));
          if (!code) return failure(code.error());
          if (out.empty() || out.back().day != row.day(0)) out.push_back({row.day(0), {}});
          out.back().values.push_back(
              {*code, row.integer(2), IntervalMarks{row.as<std::uint16_t>(3)}});
          return Done{};
        },
        from, to, meter, epoch);
    if (!done) return failure(done.error());
    return out;
  });
}

}  // namespace metergate
