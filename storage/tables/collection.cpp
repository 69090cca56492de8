// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "storage/ledger_impl.hpp"

/// Where collection stands: how far it got, and the holes it left.
namespace metergate {
namespace {

Stored<std::optional<std::int64_t>> position_of(sqlite::Database& db, MeterKey meter, Epoch epoch,
                                                std::string_view kind) {
  return db.number("SELECT position FROM cursor WHERE meter = ? AND epoch = ? AND kind = ?", meter,
                   epoch, kind);
}

Stored<std::optional<UtcSeconds>> time_of(sqlite::Database& db, MeterKey meter, Epoch epoch,
                                          std::string_view kind) {
  auto position = position_of(db, meter, epoch, kind);
  if (!position) return failure(position.error());
  if (!*position) return std::optional<UtcSeconds>{};
  return std::optional{UtcSeconds{std::chrono::seconds{**position}}};
}

Stored<Done> put_position(sqlite::Database& db, MeterKey meter, Epoch epoch, std::string_view kind,
                          std::int64_t position) {
  return db.run(
      "INSERT INTO cursor (meter, epoch, kind, position) VALUES (?, ?, ?, ?)"
      " ON CONFLICT DO UPDATE SET position = excluded.position"
      " WHERE position <> excluded.position",
      meter, epoch, kind, position);
}

std::string kind_of(LogId log) { return "log " + std::string{log_word(log)}; }

Stored<std::vector<Hole>> read_holes(sqlite::Database& db, MeterKey meter, Epoch epoch) {
  std::vector<Hole> out;
  auto done = db.each(
      "SELECT from_s, to_s, tries, next_try_ms FROM hole WHERE meter = ? AND epoch = ?"
      " ORDER BY from_s, to_s",
      [&](const sqlite::Row& row) {
        out.push_back({{row.time_s(0), row.time_s(1)}, row.as<std::uint32_t>(2), row.time_ms(3)});
      },
      meter, epoch);
  if (!done) return failure(done.error());
  return out;
}

bool same(const Hole& a, const Hole& b) {
  return a.range == b.range && a.tries == b.tries && a.next_try == b.next_try;
}

}  // namespace

Stored<std::optional<UtcSeconds>> Ledger::profile_covered_to(MeterKey meter, Epoch epoch) const {
  return impl_->read("reading a cursor",
                     [&] { return time_of(impl_->db, meter, epoch, "profile"); });
}

Stored<Done> Ledger::set_profile_covered_to(MeterKey meter, Epoch epoch, UtcSeconds to) {
  return impl_->write("storing a cursor", [&] {
    return put_position(impl_->db, meter, epoch, "profile", to.time_since_epoch().count());
  });
}

Stored<std::optional<UtcSeconds>> Ledger::profile_from(MeterKey meter, Epoch epoch) const {
  return impl_->read("reading a cursor",
                     [&] { return time_of(impl_->db, meter, epoch, "profile from"); });
}

Stored<Done> Ledger::set_profile_from(MeterKey meter, Epoch epoch, UtcSeconds from) {
  return impl_->write("storing a cursor", [&] {
    return put_position(impl_->db, meter, epoch, "profile from", from.time_since_epoch().count());
  });
}

Stored<std::optional<std::chrono::sys_days>> Ledger::daily_covered_to(MeterKey meter,
                                                                      Epoch epoch) const {
  return impl_->read("reading a cursor", [&]() -> Stored<std::optional<std::chrono::sys_days>> {
    auto position = position_of(impl_->db, meter, epoch, "daily");
    if (!position) return failure(position.error());
    if (!*position) return std::optional<std::chrono::sys_days>{};
    return std::optional{std::chrono::sys_days{std::chrono::days{**position}}};
  });
}

Stored<Done> Ledger::set_daily_covered_to(MeterKey meter, Epoch epoch, std::chrono::sys_days to) {
  return impl_->write("storing a cursor", [&] {
    return put_position(impl_->db, meter, epoch, "daily", to.time_since_epoch().count());
  });
}

Stored<std::uint32_t> Ledger::log_position(MeterKey meter, Epoch epoch, LogId log) const {
  return impl_->read("reading a cursor", [&]() -> Stored<std::uint32_t> {
    auto position = position_of(impl_->db, meter, epoch, kind_of(log));
    if (!position) return failure(position.error());
    return static_cast<std::uint32_t>(position->value_or(0));
  });
}

Stored<Done> Ledger::set_log_position(MeterKey meter, Epoch epoch, LogId log,
                                      std::uint32_t sequence) {
  return impl_->write("storing a cursor", [&] {
    return put_position(impl_->db, meter, epoch, kind_of(log), sequence);
  });
}

Stored<std::vector<Hole>> Ledger::holes(MeterKey meter, Epoch epoch) const {
  return impl_->read("reading holes", [&] { return read_holes(impl_->db, meter, epoch); });
}

Stored<Done> Ledger::set_holes(MeterKey meter, Epoch epoch, const std::vector<Hole>& holes) {
  return impl_->write("storing holes", [&]() -> Stored<Done> {
    auto& db = impl_->db;
    auto stored = read_holes(db, meter, epoch);
    if (!stored) return failure(stored.error());
    // Mostly nothing has changed; then no page is written either.
    if (std::ranges::equal(*stored, holes, same)) return Done{};
    auto done = db.run("DELETE FROM hole WHERE meter = ? AND epoch = ?", meter, epoch);
    for (const Hole& hole : holes) {
      if (!done) break;
      done = db.run(
          "INSERT INTO hole (meter, epoch, from_s, to_s, tries, next_try_ms)"
          " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
          meter, epoch, hole.range.from, hole.range.to, hole.tries, hole.next_try);
    }
    return done;
  });
}

}  // namespace metergate
