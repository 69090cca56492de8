// SPDX-License-Identifier: Apache-2.0
#include "storage/tables/registry_rows.hpp"

namespace metergate {
namespace {

template <typename Id>
std::string text_or_empty(const std::optional<Id>& id) {
  return id ? id->text() : std::string{};
}

template <typename Id>
Stored<std::optional<Id>> maybe_name(const Ledger::Impl& impl, const sqlite::Row& row, int column) {
  if (row.is_null(column)) return std::optional<Id>{};
  auto id = registry_rows::name_from<Id>(impl, row, column);
  if (!id) return failure(id.error());
  return std::optional<Id>{std::move(*id)};
}

}  // namespace

Stored<registry::Standing> Ledger::standing(MeterKey meter) const {
  return impl_->read("reading where a meter stands", [&]() -> Stored<registry::Standing> {
    registry::Standing out;
    auto done = impl_->db.each(
        "SELECT p.location, o.customer FROM placement p"
        " LEFT JOIN occupancy o ON o.location = p.location AND o.to_ms IS NULL"
        " WHERE p.meter = ? AND p.to_ms IS NULL",
        [&](const sqlite::Row& row) -> Stored<Done> {
          auto location = maybe_name<LocationId>(*impl_, row, 0);
          if (!location) return failure(location.error());
          auto customer = maybe_name<CustomerId>(*impl_, row, 1);
          if (!customer) return failure(customer.error());
          out.location = std::move(*location);
          out.customer = std::move(*customer);
          return Done{};
        },
        meter);
    if (!done) return failure(done.error());
    auto conflict = impl_->db.number(
        "SELECT 1 FROM registry_conflict WHERE settled_ms IS NULL"
        " AND (recorded_meter = ?1 OR seen_meter = ?1)",
        meter);
    if (!conflict) return failure(conflict.error());
    out.in_conflict = conflict->has_value();
    return out;
  });
}

Stored<registry::History> Ledger::registry_history(const registry::Filter& filter) const {
  return impl_->read("reading the registry", [&]() -> Stored<registry::History> {
    registry::History out;
    const std::string meter = text_or_empty(filter.meter);
    const std::string location = text_or_empty(filter.location);
    const std::string customer = text_or_empty(filter.customer);
    auto done = impl_->db.each(
        "SELECT m.id, p.location, p.from_ms, p.to_ms FROM placement p JOIN meter m ON m.key = "
        "p.meter WHERE ?3 = '' AND (?1 = '' OR m.id = ?1) AND (?2 = '' OR p.location = ?2)"
        " ORDER BY p.from_ms, p.key",
        [&](const sqlite::Row& row) -> Stored<Done> {
          auto link = registry_rows::placement_from(*impl_, row, 0);
          if (!link) return failure(link.error());
          out.placements.push_back(std::move(*link));
          return Done{};
        },
        meter, location, customer);
    if (!done) return failure(done.error());
    done = impl_->db.each(
        "SELECT customer, location, from_ms, to_ms FROM occupancy"
        " WHERE ?1 = '' AND (?2 = '' OR location = ?2) AND (?3 = '' OR customer = ?3)"
        " ORDER BY from_ms, key",
        [&](const sqlite::Row& row) -> Stored<Done> {
          auto link = registry_rows::occupancy_from(*impl_, row, 0);
          if (!link) return failure(link.error());
          out.occupancies.push_back(std::move(*link));
          return Done{};
        },
        meter, location, customer);
    if (!done) return failure(done.error());
    return out;
  });
}

Stored<std::vector<registry::Trinity>> Ledger::trinities() const {
  return impl_->read("reading the registry", [&]() -> Stored<std::vector<registry::Trinity>> {
    std::vector<registry::Trinity> out;
    auto done = impl_->db.each(
        "SELECT l.location, m.id, o.customer FROM"
        " (SELECT location FROM placement WHERE to_ms IS NULL"
        "  UNION SELECT location FROM occupancy WHERE to_ms IS NULL) l"
        " LEFT JOIN placement p ON p.location = l.location AND p.to_ms IS NULL"
        " LEFT JOIN meter m ON m.key = p.meter"
        " LEFT JOIN occupancy o ON o.location = l.location AND o.to_ms IS NULL"
        " ORDER BY l.location, m.id",
        [&](const sqlite::Row& row) -> Stored<Done> {
          auto location = registry_rows::name_from<LocationId>(*impl_, row, 0);
          if (!location) return failure(location.error());
          auto meter = maybe_name<MeterId>(*impl_, row, 1);
          if (!meter) return failure(meter.error());
          auto customer = maybe_name<CustomerId>(*impl_, row, 2);
          if (!customer) return failure(customer.error());
          out.push_back({std::move(*location), std::move(*meter), std::move(*customer)});
          return Done{};
        });
    if (!done) return failure(done.error());
    return out;
  });
}

}  // namespace metergate
