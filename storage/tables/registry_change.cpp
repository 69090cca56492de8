// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>

#include "meters/audit.hpp"
#include "storage/tables/audit_append.hpp"
#include "storage/tables/registry_rows.hpp"

namespace metergate {
namespace {

/// The meters and locations a change speaks of.
struct Subjects {
  std::vector<MeterId> meters;
  std::vector<LocationId> locations;
};
Subjects subjects_of(const registry::Assign& c) { return {{c.meter}, {c.location}}; }
Subjects subjects_of(const registry::Unassign& c) { return {{c.meter}, {}}; }
Subjects subjects_of(const registry::MoveOut& c) { return {{}, {c.location}}; }
Subjects subjects_of(const registry::MoveIn& c) { return {{}, {c.location}}; }
Subjects subjects_of(const registry::Move& c) { return {{}, {c.from, c.to}}; }
Subjects subjects_of(const registry::Replace& c) { return {{c.old_meter, c.new_meter}, {}}; }

/// Gathers the links a change is judged by.
class Gatherer {
 public:
  explicit Gatherer(Ledger::Impl& impl) : impl_{impl} {}

  Stored<registry::History> gather(const Subjects& subjects) {
    for (const MeterId& meter : subjects.meters) {
      if (auto done = add_placements_of(meter); !done) return failure(done.error());
    }
    std::set<LocationId> locations{subjects.locations.begin(), subjects.locations.end()};
    for (const auto& [key, link] : placements_) {
      if (!link.to) locations.insert(link.location);
    }
    for (const LocationId& location : locations) {
      if (auto done = add_placements_at(location); !done) return failure(done.error());
    }
    // Whom each meter there served before tells whether a change of tenancy is due.
    std::set<MeterId> meters;
    for (const auto& [key, link] : placements_) {
      if (!link.to) meters.insert(link.meter);
    }
    for (const MeterId& meter : meters) {
      if (auto done = add_placements_of(meter); !done) return failure(done.error());
    }
    for (const auto& [key, link] : placements_) locations.insert(link.location);

    registry::History history;
    for (const auto& [key, link] : placements_) history.placements.push_back(link);
    for (const LocationId& location : locations) {
      if (auto done = add_occupancies_at(location, history); !done) return failure(done.error());
    }
    return history;
  }

 private:
  auto keeper() {
    return [this](const sqlite::Row& row) -> Stored<Done> {
      auto link = registry_rows::placement_from(impl_, row, 1);
      if (!link) return failure(link.error());
      placements_.insert_or_assign(row.integer(0), std::move(*link));
      return Done{};
    };
  }
  Stored<Done> add_placements_of(const MeterId& meter) {
    return impl_.db.each(
        "SELECT p.key, m.id, p.location, p.from_ms, p.to_ms FROM meter m"
        " JOIN placement p ON p.meter = m.key WHERE m.id = ? ORDER BY p.from_ms",
        keeper(), meter.text());
  }
  Stored<Done> add_placements_at(const LocationId& location) {
    return impl_.db.each(
        "SELECT p.key, m.id, p.location, p.from_ms, p.to_ms FROM placement p"
        " JOIN meter m ON m.key = p.meter WHERE p.location = ? ORDER BY p.from_ms",
        keeper(), location.text());
  }
  Stored<Done> add_occupancies_at(const LocationId& location, registry::History& history) {
    return impl_.db.each(
        "SELECT customer, location, from_ms, to_ms FROM occupancy WHERE location = ?"
        " ORDER BY from_ms",
        [&](const sqlite::Row& row) -> Stored<Done> {
          auto link = registry_rows::occupancy_from(impl_, row, 0);
          if (!link) return failure(link.error());
          history.occupancies.push_back(std::move(*link));
          return Done{};
        },
        location.text());
  }

  Ledger::Impl& impl_;
  std::map<std::int64_t, registry::Placement> placements_;
};

Stored<Done> store(Ledger::Impl& impl, const registry::Effect& effect, UtcTime now) {
  auto& db = impl.db;
  for (const registry::Placement& link : effect.ended) {
    const auto meter = registry_rows::meter_key(impl, link.meter);
    if (!meter) return failure(meter.error());
    auto done =
        db.run("UPDATE placement SET to_ms = ? WHERE meter = ? AND to_ms IS NULL", link.to, *meter);
    if (done) done = registry_rows::settle_conflicts_of(impl, *meter, now);
    if (!done) return done;
  }
  for (const registry::Placement& link : effect.begun) {
    const auto meter = registry_rows::meter_key(impl, link.meter);
    if (!meter) return failure(meter.error());
    auto done = db.run("INSERT INTO placement (meter, location, from_ms) VALUES (?, ?, ?)", *meter,
                       link.location.text(), link.from);
    if (!done) return done;
  }
  for (const registry::Occupancy& link : effect.left) {
    auto done = db.run(
        "UPDATE occupancy SET to_ms = ? WHERE location = ? AND customer = ?"
        " AND to_ms IS NULL",
        link.to, link.location.text(), link.customer.text());
    if (!done) return done;
  }
  for (const registry::Occupancy& link : effect.entered) {
    auto done = db.run("INSERT INTO occupancy (customer, location, from_ms) VALUES (?, ?, ?)",
                       link.customer.text(), link.location.text(), link.from);
    if (!done) return done;
  }
  return Done{};
}

/// The meter an entry of the trail is filed under: the one the change names, else the one that
/// stands where the customer comes or goes.
std::string filed_under(const Subjects& subjects, const registry::History& history) {
  if (!subjects.meters.empty()) return subjects.meters.front().text();
  for (const registry::Placement& link : history.placements) {
    if (!link.to && link.location == subjects.locations.front()) return link.meter.text();
  }
  return {};
}

}  // namespace

Stored<Result<registry::Effect, registry::Refusal>> Ledger::change_registry(
    const registry::Order& order, const registry::Rules& rules, const AuditEntry& by) {
  using Answer = Result<registry::Effect, registry::Refusal>;
  return impl_->write("changing the registry", [&]() -> Stored<Answer> {
    const Subjects subjects =
        std::visit([](const auto& change) { return subjects_of(change); }, order.change);
    for (const MeterId& meter : subjects.meters) {
      if (auto key = registry_rows::meter_key(*impl_, meter); !key) return failure(key.error());
    }
    const auto history = Gatherer{*impl_}.gather(subjects);
    if (!history) return failure(history.error());
    auto judged = registry::judge(order, *history, rules, by.at);
    if (!judged) return Answer{failure(std::move(judged).error())};
    if (auto done = store(*impl_, *judged, by.at); !done) return failure(done.error());

    AuditEntry entry = by;
    entry.kind = AuditKind::RegistryChanged;
    entry.meter = filed_under(subjects, *history);
    entry.details_json = registry::details_json(order, *judged);
    if (auto head = append_audit_row(*impl_, entry); !head) return failure(head.error());
    return judged;
  });
}

}  // namespace metergate
