// SPDX-License-Identifier: Apache-2.0
#include "storage/tables/registry_rows.hpp"

namespace metergate::registry_rows {

Stored<registry::Placement> placement_from(const Ledger::Impl& impl, const sqlite::Row& row,
                                           int first) {
  auto meter = name_from<MeterId>(impl, row, first);
  if (!meter) return failure(meter.error());
  auto location = name_from<LocationId>(impl, row, first + 1);
  if (!location) return failure(location.error());
  return registry::Placement{std::move(*meter), std::move(*location), row.time_ms(first + 2),
                             row.maybe_time_ms(first + 3)};
}

Stored<registry::Occupancy> occupancy_from(const Ledger::Impl& impl, const sqlite::Row& row,
                                           int first) {
  auto customer = name_from<CustomerId>(impl, row, first);
  if (!customer) return failure(customer.error());
  auto location = name_from<LocationId>(impl, row, first + 1);
  if (!location) return failure(location.error());
  return registry::Occupancy{std::move(*customer), std::move(*location), row.time_ms(first + 2),
                             row.maybe_time_ms(first + 3)};
}

Stored<MeterKey> meter_key(Ledger::Impl& impl, const MeterId& id) {
  auto key = impl.db.number("SELECT key FROM meter WHERE id = ?", id.text());
  if (!key) return failure(key.error());
  if (!*key) return failure(impl.misuse("there is no meter `" + id.text() + "`"));
  return **key;
}

Stored<Done> settle_conflicts_of(Ledger::Impl& impl, MeterKey recorded, UtcTime at) {
  auto done = impl.db.run(
      "UPDATE seat SET meter = c.seen_meter, port = c.seen_port, since_ms = c.first_seen_ms"
      " FROM registry_conflict c WHERE c.serial = seat.serial AND c.settled_ms IS NULL"
      "  AND c.recorded_meter = ?1 AND c.last_seen_ms = (SELECT max(n.last_seen_ms)"
      "   FROM registry_conflict n WHERE n.serial = c.serial AND n.settled_ms IS NULL)",
      recorded);
  if (!done) return done;
  return impl.db.run(
      "UPDATE registry_conflict SET settled_ms = ?2 WHERE recorded_meter = ?1 AND settled_ms IS "
      "NULL",
      recorded, at);
}

}  // namespace metergate::registry_rows
