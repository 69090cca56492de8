// SPDX-License-Identifier: Apache-2.0
#include "meters/billing.hpp"

#include "meters/tariff.hpp"
#include "storage/ledger_impl.hpp"

/// What a tenancy is billed by: snapshots, and the tariff as last read.
namespace metergate {

Stored<std::size_t> Ledger::store_billing(MeterKey meter, Epoch epoch,
                                          const std::vector<BillingSnapshot>& snapshots,
                                          UtcTime received_at) {
  return impl_->write("storing billing snapshots", [&]() -> Stored<std::size_t> {
    if (auto known = impl_->expect_tenancy(meter, epoch); !known) return failure(known.error());
    std::size_t added = 0;
    for (const BillingSnapshot& s : snapshots) {
      auto done = impl_->db.run(
          "INSERT INTO billing_snapshot (meter, epoch, sequence, meter_time_s, cause, import_wh,"
          " import_varh, balance_minor, tariff_id, supplier_id, received_ms)"
          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
          meter, epoch, s.sequence, s.meter_time, billing_cause_word(s.cause), s.import_wh,
          s.import_varh, s.balance_minor, s.tariff_id, s.supplier_id, received_at);
      if (!done) return failure(done.error());
      added += static_cast<std::size_t>(impl_->db.changes());
    }
    return added;
  });
}

Stored<std::vector<BillingSnapshot>> Ledger::billing(MeterKey meter, Epoch epoch) const {
  return impl_->read("reading billing snapshots", [&]() -> Stored<std::vector<BillingSnapshot>> {
    std::vector<BillingSnapshot> out;
    auto done = impl_->db.each(
        "SELECT sequence, meter_time_s, cause, import_wh, import_varh, balance_minor, tariff_id,"
        " supplier_id FROM billing_snapshot WHERE meter = ? AND epoch = ? ORDER BY sequence",
        [&](const sqlite::Row& row) {
          out.push_back({.sequence = row.as<std::uint32_t>(0),
                         .meter_time = row.time_s(1),
                         .cause = parse_billing_cause(row.text(2)).value_or(BillingCause::OnDemand),
                         .import_wh = row.integer(3),
                         .import_varh = row.integer(4),
                         .balance_minor = row.integer(5),
                         .tariff_id = row.as<std::uint32_t>(6),
                         .supplier_id = row.as<std::uint32_t>(7)});
        },
        meter, epoch);
    if (!done) return failure(done.error());
    return out;
  });
}

Stored<std::uint32_t> Ledger::last_billing(MeterKey meter) const {
  return impl_->read("reading billing snapshots", [&]() -> Stored<std::uint32_t> {
    auto last =
        impl_->db.number("SELECT max(sequence) FROM billing_snapshot WHERE meter = ?", meter);
    if (!last) return failure(last.error());
    return static_cast<std::uint32_t>(last->value_or(0));
  });
}

Stored<Done> Ledger::store_tariff(MeterKey meter, const TariffReading& reading) {
  return impl_->write("storing a tariff", [&]() -> Stored<Done> {
    auto& db = impl_->db;
    if (auto done = db.run("DELETE FROM tariff WHERE meter = ?", meter); !done) return done;
    int place = 0;
    const auto put = [&](const Tariff& tariff, std::optional<UtcSeconds> activates) {
      return db.run(
          "INSERT INTO tariff (meter, place, tariff_id, supplier_id, supplier_name,"
          " price_minor_per_kwh, activates_s, read_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
          meter, place++, tariff.id, tariff.supplier.id, tariff.supplier.name,
          tariff.price_minor_per_kwh, activates, reading.read_at);
    };
    if (auto done = put(reading.active, {}); !done) return done;
    for (const PendingTariff& pending : reading.pending) {
      if (auto done = put(pending.tariff, pending.activates); !done) return done;
    }
    return Done{};
  });
}

Stored<std::optional<TariffReading>> Ledger::tariff(MeterKey meter) const {
  return impl_->read("reading a tariff", [&]() -> Stored<std::optional<TariffReading>> {
    std::optional<TariffReading> out;
    auto done = impl_->db.each(
        "SELECT tariff_id, supplier_id, supplier_name, price_minor_per_kwh, activates_s, read_ms"
        " FROM tariff WHERE meter = ? ORDER BY place",
        [&](const sqlite::Row& row) {
          const Tariff tariff{row.as<std::uint32_t>(0),
                              {row.as<std::uint32_t>(1), row.string(2)},
                              row.as<std::uint32_t>(3)};
          if (!out) {
            out = TariffReading{row.time_ms(5), tariff, {}};
          } else {
            out->pending.push_back({tariff, row.time_s(4)});
          }
        },
        meter);
    if (!done) return failure(done.error());
    return out;
  });
}

}  // namespace metergate
