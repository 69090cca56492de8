// SPDX-License-Identifier: Apache-2.0
#include "meters/audit.hpp"
#include "storage/tables/audit_append.hpp"
#include "storage/tables/registry_rows.hpp"

namespace metergate {
namespace {

using registry::Conflict;
using registry::Seat;
using registry::Sighting;
using registry::SightingVerdict;

/// A conflict that goes on is noted once in a while; the meter answers every few minutes.
constexpr std::chrono::hours kNotedAgainAfter{1};

struct Known {
  std::optional<Seat> seat;
  registry::Placed placed = registry::Placed::No;
  /// When the conflict that is open between the two seats was last noted.
  std::optional<UtcTime> conflict_noted;
};

Stored<Known> known_of(Ledger::Impl& impl, const Sighting& sighting) {
  Known known;
  auto done = impl.db.each(
      "SELECT m.id, s.port, EXISTS (SELECT 1 FROM placement p WHERE p.meter = s.meter AND p.to_ms "
      "IS NULL) FROM seat s JOIN meter m ON m.key = s.meter WHERE s.serial = ?",
      [&](const sqlite::Row& row) -> Stored<Done> {
        auto meter = registry_rows::name_from<MeterId>(impl, row, 0);
        if (!meter) return failure(meter.error());
        known.seat = Seat{std::move(*meter), row.string(1)};
        known.placed = row.integer(2) == 0 ? registry::Placed::No : registry::Placed::Yes;
        return Done{};
      },
      sighting.serial.text());
  if (!done) return failure(done.error());
  done = impl.db.each(
      "SELECT c.last_seen_ms FROM registry_conflict c JOIN meter m ON m.key = c.seen_meter"
      " WHERE c.serial = ? AND m.id = ? AND c.settled_ms IS NULL",
      [&](const sqlite::Row& row) { known.conflict_noted = row.time_ms(0); },
      sighting.serial.text(), sighting.seat.meter.text());
  if (!done) return failure(done.error());
  return known;
}

Stored<Done> take_seat(Ledger::Impl& impl, const Sighting& sighting) {
  const auto meter = registry_rows::meter_key(impl, sighting.seat.meter);
  if (!meter) return failure(meter.error());
  return impl.db.run(
      "INSERT INTO seat (serial, meter, port, since_ms) VALUES (?1, ?2, ?3, ?4)"
      " ON CONFLICT (serial) DO UPDATE SET meter = ?2, port = ?3, since_ms = ?4",
      sighting.serial.text(), *meter, sighting.seat.port, sighting.at);
}

Stored<Done> open_conflict(Ledger::Impl& impl, const Seat& recorded, const Sighting& sighting) {
  const auto recorded_key = registry_rows::meter_key(impl, recorded.meter);
  if (!recorded_key) return failure(recorded_key.error());
  const auto seen_key = registry_rows::meter_key(impl, sighting.seat.meter);
  if (!seen_key) return failure(seen_key.error());
  auto done = impl.db.run(
      "INSERT INTO registry_conflict (serial, recorded_meter, recorded_port, seen_meter, seen_port,"
      " first_seen_ms, last_seen_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
      sighting.serial.text(), *recorded_key, recorded.port, *seen_key, sighting.seat.port,
      sighting.at);
  if (!done) return done;
  AuditEntry entry;
  entry.at = sighting.at;
  entry.kind = AuditKind::RegistryConflict;
  entry.meter = recorded.meter.text();
  entry.details_json = registry::details_json(
      {sighting.serial, recorded, sighting.seat, sighting.at, sighting.at, std::nullopt});
  auto head = append_audit_row(impl, entry);
  if (!head) return failure(head.error());
  return Done{};
}

Stored<Done> note_conflict(Ledger::Impl& impl, const Sighting& sighting) {
  const auto seen = registry_rows::meter_key(impl, sighting.seat.meter);
  if (!seen) return failure(seen.error());
  return impl.db.run(
      "UPDATE registry_conflict SET last_seen_ms = ?3, seen_port = ?4"
      " WHERE serial = ?1 AND seen_meter = ?2 AND settled_ms IS NULL",
      sighting.serial.text(), *seen, sighting.at, sighting.seat.port);
}

}  // namespace

Stored<SightingVerdict> Ledger::see_meter(const Sighting& sighting) {
  const auto known =
      impl_->read("reading where a meter was seen", [&] { return known_of(*impl_, sighting); });
  if (!known) return failure(known.error());
  auto verdict = registry::judge_sighting(known->seat, known->placed, sighting);
  if (verdict == SightingVerdict::NewConflict && known->conflict_noted) {
    verdict = SightingVerdict::StandingConflict;
    if (sighting.at - *known->conflict_noted < kNotedAgainAfter) return verdict;
  }
  if (verdict == SightingVerdict::AsRecorded) return verdict;
  auto done = impl_->write("storing where a meter was seen", [&]() -> Stored<Done> {
    if (verdict == SightingVerdict::NewConflict) {
      return open_conflict(*impl_, *known->seat, sighting);
    }
    if (verdict == SightingVerdict::StandingConflict) return note_conflict(*impl_, sighting);
    return take_seat(*impl_, sighting);
  });
  if (!done) return failure(done.error());
  return verdict;
}

Stored<std::vector<Conflict>> Ledger::conflicts(registry::ConflictScope scope) const {
  return impl_->read("reading the registry's conflicts", [&]() -> Stored<std::vector<Conflict>> {
    std::vector<Conflict> out;
    const bool is_all = scope == registry::ConflictScope::All;
    auto done = impl_->db.each(
        "SELECT c.serial, r.id, c.recorded_port, s.id, c.seen_port, c.first_seen_ms,"
        " c.last_seen_ms, c.settled_ms FROM registry_conflict c"
        " JOIN meter r ON r.key = c.recorded_meter JOIN meter s ON s.key = c.seen_meter"
        " WHERE ?1 OR c.settled_ms IS NULL ORDER BY c.key",
        [&](const sqlite::Row& row) -> Stored<Done> {
          auto serial = registry_rows::name_from<SerialNumber>(*impl_, row, 0);
          if (!serial) return failure(serial.error());
          auto recorded = registry_rows::name_from<MeterId>(*impl_, row, 1);
          if (!recorded) return failure(recorded.error());
          auto seen = registry_rows::name_from<MeterId>(*impl_, row, 3);
          if (!seen) return failure(seen.error());
          out.push_back({std::move(*serial),
                         {std::move(*recorded), row.string(2)},
                         {std::move(*seen), row.string(4)},
                         row.time_ms(5),
                         row.time_ms(6),
                         row.maybe_time_ms(7)});
          return Done{};
        },
        is_all);
    if (!done) return failure(done.error());
    return out;
  });
}

Stored<bool> Ledger::settle_conflict(const SerialNumber& serial, registry::SeatKept kept,
                                     const AuditEntry& by) {
  return impl_->write("settling a conflict of the registry", [&]() -> Stored<bool> {
    auto& db = impl_->db;
    std::optional<std::string> meter;
    auto done = db.each(
        "SELECT m.id FROM registry_conflict c JOIN meter m ON m.key = c.recorded_meter"
        " WHERE c.serial = ? AND c.settled_ms IS NULL",
        [&](const sqlite::Row& row) { meter = row.string(0); }, serial.text());
    if (!done) return failure(done.error());
    if (!meter) return false;
    if (kept == registry::SeatKept::Seen) {
      done = db.run(
          "UPDATE seat SET meter = c.seen_meter, port = c.seen_port, since_ms = c.first_seen_ms"
          " FROM registry_conflict c WHERE c.serial = seat.serial AND c.settled_ms IS NULL"
          "  AND seat.serial = ?1 AND c.last_seen_ms = (SELECT max(n.last_seen_ms)"
          "   FROM registry_conflict n WHERE n.serial = ?1 AND n.settled_ms IS NULL)",
          serial.text());
      if (!done) return failure(done.error());
    }
    done = db.run(
        "UPDATE registry_conflict SET settled_ms = ? WHERE serial = ? AND settled_ms IS NULL",
        by.at, serial.text());
    if (!done) return failure(done.error());

    AuditEntry entry = by;
    entry.kind = AuditKind::RegistryChanged;
    entry.meter = *meter;
    entry.details_json = R"({"change":"settle-conflict","serial":")" + serial.text() +
                         R"(","seat":")" + std::string{registry::seat_kept_word(kept)} + "\"}";
    if (auto head = append_audit_row(*impl_, entry); !head) return failure(head.error());
    return true;
  });
}

}  // namespace metergate
