// SPDX-License-Identifier: Apache-2.0
#include "storage/ledger_impl.hpp"

namespace metergate {
namespace {

LogEntry read_entry(const sqlite::Row& row) {
  return {.log = row.as<LogId>(0),
          .sequence = row.as<std::uint32_t>(1),
          .meter_time = row.time_s(2),
          .code = row.as<EventCode>(3),
          .raw_code = row.as<std::uint16_t>(4),
          .cause = row.as<std::uint16_t>(5),
          .detail = row.as<std::uint32_t>(6)};
}

}  // namespace

Stored<std::vector<LogEntry>> Ledger::store_log(MeterKey meter, Epoch epoch,
                                                const std::vector<LogEntry>& entries,
                                                UtcTime received_at) {
  if (entries.empty()) return std::vector<LogEntry>{};
  return impl_->write("storing log entries", [&]() -> Stored<std::vector<LogEntry>> {
    auto& db = impl_->db;
    if (auto known = impl_->expect_tenancy(meter, epoch); !known) return failure(known.error());
    std::vector<LogEntry> added;
    for (const LogEntry& entry : entries) {
      auto done = db.run(
          "INSERT INTO log_entry (meter, epoch, log, sequence, meter_time_s, code, raw_code, cause,"
          " detail, received_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
          meter, epoch, static_cast<int>(entry.log), entry.sequence, entry.meter_time,
          static_cast<int>(entry.code), entry.raw_code, entry.cause, entry.detail, received_at);
      if (!done) return failure(done.error());
      if (db.changes() == 0) continue;
      added.push_back(entry);
      const auto day = std::chrono::floor<std::chrono::days>(entry.meter_time);
      done = impl_->mark_unpublished(meter, epoch, DataKind::Log, day, entry.meter_time,
                                     entry.meter_time);
      if (!done) return failure(done.error());
    }
    return added;
  });
}

Stored<std::vector<LogEntry>> Ledger::log(MeterKey meter, Epoch epoch, LogId log,
                                          std::uint32_t after_sequence, std::size_t limit) const {
  return impl_->read("reading a meter log", [&]() -> Stored<std::vector<LogEntry>> {
    std::vector<LogEntry> out;
    auto done = impl_->db.each(
        "SELECT log, sequence, meter_time_s, code, raw_code, cause, detail FROM log_entry"
        " WHERE meter = ? AND epoch = ? AND log = ? AND sequence > ? ORDER BY sequence LIMIT ?",
        [&](const sqlite::Row& row) { out.push_back(read_entry(row)); }, meter, epoch,
        static_cast<int>(log), after_sequence, limit);
    if (!done) return failure(done.error());
    return out;
  });
}

Stored<std::vector<LogEntry>> Ledger::log_between(MeterKey meter, Epoch epoch, UtcSeconds from,
                                                  UtcSeconds to) const {
  return impl_->read("reading meter logs", [&]() -> Stored<std::vector<LogEntry>> {
    std::vector<LogEntry> out;
    auto done = impl_->db.each(
        "SELECT log, sequence, meter_time_s, code, raw_code, cause, detail FROM log_entry"
        " WHERE meter = ? AND epoch = ? AND meter_time_s BETWEEN ? AND ?"
        " ORDER BY meter_time_s, log, sequence",
        [&](const sqlite::Row& row) { out.push_back(read_entry(row)); }, meter, epoch, from, to);
    if (!done) return failure(done.error());
    return out;
  });
}

}  // namespace metergate
