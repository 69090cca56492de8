// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <string>

#include "storage/ledger_impl.hpp"

namespace metergate {
namespace {

StoredMeter meter_from(const sqlite::Row& row, MeterId id) {
  return {.key = row.integer(0),
          .id = std::move(id),
          .model = row.string(2),
          .serial = row.string(3),
          .epoch = row.integer(4),
          .tenancy_from = row.maybe_time_s(13),
          .tenancy_transaction = row.as<operation::TransactionId>(14),
          .last_transaction = row.as<operation::TransactionId>(5),
          .supply_reported = parse_supply(row.text(6)).value_or(SupplyState::Unknown),
          .supply_causes = SupplyCauses{row.as<std::uint16_t>(7)},
          .supply_read_at = row.maybe_time_ms(8),
          .supply_desired = parse_supply(row.text(9)).value_or(SupplyState::Unknown),
          .last_contact = row.maybe_time_ms(10),
          .session_state = row.string(11),
          .clock_offset_ms =
              row.is_null(12) ? std::nullopt : std::optional<std::int64_t>{row.integer(12)}};
}

// The open tenancy is the newest one.
#define METERGATE_SELECT_METER                                                             \
  "SELECT m.key, m.id, m.model, m.serial, t.epoch, m.last_transaction, m.supply_reported," \
  " m.supply_causes, m.supply_read_ms, m.supply_desired, m.last_contact_ms,"               \
  " m.session_state, m.clock_offset_ms, t.effective_s, t.transaction_id"                   \
  " FROM meter m JOIN tenancy t ON t.meter = m.key"                                        \
  " AND t.epoch = (SELECT max(epoch) FROM tenancy WHERE tenancy.meter = m.key) "

/// Adds each row to `out`.
auto into(std::vector<StoredMeter>& out, const Ledger::Impl& impl) {
  return [&out, &impl](const sqlite::Row& row) -> Stored<Done> {
    auto id = MeterId::parse(row.text(1));
    if (!id) return failure(impl.corrupt("a meter has no valid id"));
    out.push_back(meter_from(row, std::move(*id)));
    return Done{};
  };
}

}  // namespace

Stored<StoredMeter> Ledger::meter(const MeterId& id, std::string_view model, UtcTime now) {
  auto& db = impl_->db;
  const auto find = [&]() -> Stored<std::optional<StoredMeter>> {
    std::optional<StoredMeter> found;
    auto done = db.each(
        METERGATE_SELECT_METER "WHERE m.id = ?",
        [&](const sqlite::Row& row) { found = meter_from(row, id); }, id.text());
    if (!done) return failure(done.error());
    return found;
  };
  auto known = impl_->read("reading a meter", find);
  if (!known) return failure(known.error());
  if (*known && (**known).model == model) return std::move(**known);
  return impl_->write("storing a meter", [&]() -> Stored<StoredMeter> {
    // A repaired ledger may have known this meter, and what it gave out must not come again.
    auto done = db.run(
        "INSERT INTO meter (id, model, first_seen_ms, last_transaction) VALUES (?1, ?2, ?3,"
        " ifnull((SELECT value FROM care WHERE name = 'transaction_floor'), 0))"
        " ON CONFLICT (id) DO UPDATE SET model = ?2",
        id.text(), model, now);
    if (done && !*known) {
      // The schedule fetches what the first one has.
      done = db.run(
          "INSERT INTO tenancy (meter, epoch, starts_ms, synchronised_ms) VALUES (?1, 1, ?2, ?2)",
          db.last_rowid(), now);
    }
    if (!done) return failure(done.error());
    auto stored = find();
    if (!stored) return failure(stored.error());
    if (!*stored) return failure(impl_->corrupt("a meter is not there after it was written"));
    return std::move(**stored);
  });
}

Stored<std::vector<StoredMeter>> Ledger::meters() const {
  return impl_->read("reading meters", [&]() -> Stored<std::vector<StoredMeter>> {
    std::vector<StoredMeter> out;
    auto done = impl_->db.each(METERGATE_SELECT_METER "WHERE m.id <> ? ORDER BY m.key",
                               into(out, *impl_), kBoxName);
    if (!done) return failure(done.error());
    return out;
  });
}

Stored<std::optional<StoredMeter>> Ledger::find_meter(const MeterId& id) const {
  return impl_->read("reading a meter", [&]() -> Stored<std::optional<StoredMeter>> {
    std::vector<StoredMeter> out;
    auto done = impl_->db.each(METERGATE_SELECT_METER "WHERE m.id = ?1 AND m.id <> ?2",
                               into(out, *impl_), id.text(), kBoxName);
    if (!done) return failure(done.error());
    return out.empty() ? std::nullopt : std::optional{std::move(out.front())};
  });
}

Stored<std::vector<StoredMeter>> Ledger::meters_with_serial(const SerialNumber& serial) const {
  return impl_->read("reading meters by serial", [&]() -> Stored<std::vector<StoredMeter>> {
    std::vector<StoredMeter> out;
    auto done = impl_->db.each(METERGATE_SELECT_METER "WHERE m.serial = ? ORDER BY m.key",
                               into(out, *impl_), serial.text());
    if (!done) return failure(done.error());
    return out;
  });
}

Stored<Done> Ledger::set_serial(MeterKey meter, const SerialNumber& serial) {
  return impl_->write("storing a serial number", [&]() -> Stored<Done> {
    auto done = impl_->db.run("UPDATE meter SET serial = ? WHERE key = ?", serial.text(), meter);
    return done ? impl_->expect_meter_changed(meter) : done;
  });
}

Stored<Done> Ledger::set_session(MeterKey meter, std::string_view state,
                                 std::optional<UtcTime> last_contact) {
  return impl_->write("storing a session state", [&]() -> Stored<Done> {
    auto done = impl_->db.run(
        "UPDATE meter SET session_state = ?, last_contact_ms = coalesce(?, last_contact_ms)"
        " WHERE key = ?",
        state, last_contact, meter);
    return done ? impl_->expect_meter_changed(meter) : done;
  });
}

Stored<Done> Ledger::set_supply_reported(MeterKey meter, const RelayReading& relay,
                                         UtcTime read_at) {
  return impl_->write("storing the supply state", [&]() -> Stored<Done> {
    auto done = impl_->db.run(
        "UPDATE meter SET supply_reported = ?, supply_causes = ?, supply_read_ms = ?"
        " WHERE key = ?",
        supply_word(relay.state), relay.causes.bits, read_at, meter);
    return done ? impl_->expect_meter_changed(meter) : done;
  });
}

Stored<Done> Ledger::set_supply_desired(MeterKey meter, SupplyState desired) {
  return impl_->write("storing the desired supply state", [&]() -> Stored<Done> {
    auto done = impl_->db.run("UPDATE meter SET supply_desired = ? WHERE key = ?",
                              supply_word(desired), meter);
    return done ? impl_->expect_meter_changed(meter) : done;
  });
}

Stored<Done> Ledger::set_clock_offset(MeterKey meter, std::int64_t offset_ms) {
  return impl_->write("storing a clock offset", [&]() -> Stored<Done> {
    auto done =
        impl_->db.run("UPDATE meter SET clock_offset_ms = ? WHERE key = ?", offset_ms, meter);
    return done ? impl_->expect_meter_changed(meter) : done;
  });
}

Stored<operation::TransactionId> Ledger::next_transaction(MeterKey meter,
                                                          operation::TransactionId above) {
  return impl_->write("taking a transaction id", [&]() -> Stored<operation::TransactionId> {
    constexpr auto kLast = std::numeric_limits<operation::TransactionId>::max();
    auto next = impl_->db.number(
        "UPDATE meter SET last_transaction = max(last_transaction, ?) + 1 WHERE key = ?"
        " RETURNING last_transaction",
        above, meter);
    if (!next) return failure(next.error());
    if (!*next) {
      return failure(impl_->misuse("there is no meter with key " + std::to_string(meter)));
    }
    if (**next > std::int64_t{kLast}) {
      return failure(impl_->misuse("the transaction ids of meter " + std::to_string(meter) +
                                   " are used up at " + std::to_string(kLast)));
    }
    return static_cast<operation::TransactionId>(**next);
  });
}

}  // namespace metergate
