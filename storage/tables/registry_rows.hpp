// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "meters/registry.hpp"
#include "meters/registry_sighting.hpp"
#include "storage/ledger_impl.hpp"

/// What the files of the registry share. Private to storage.
namespace metergate::registry_rows {

/// A stored name; Corrupt when it is none.
template <typename Id>
[[nodiscard]] Stored<Id> name_from(const Ledger::Impl& impl, const sqlite::Row& row, int column) {
  auto id = Id::parse(row.text(column));
  if (!id) {
    return failure(impl.corrupt("the registry holds `" + row.string(column) +
                                "`, which is no name of a meter, location, customer or serial"));
  }
  return std::move(*id);
}

/// Columns: meter id, location, from_ms, to_ms, from `first` on.
[[nodiscard]] Stored<registry::Placement> placement_from(const Ledger::Impl& impl,
                                                         const sqlite::Row& row, int first);
/// Columns: customer, location, from_ms, to_ms, from `first` on.
[[nodiscard]] Stored<registry::Occupancy> occupancy_from(const Ledger::Impl& impl,
                                                         const sqlite::Row& row, int first);
/// Misuse when there is no such meter.
[[nodiscard]] Stored<MeterKey> meter_key(Ledger::Impl& impl, const MeterId& id);

/// Ends the open conflicts of meters that were taken off their place: the serial sits where it was
/// seen from now on (J-63).
[[nodiscard]] Stored<Done> settle_conflicts_of(Ledger::Impl& impl, MeterKey recorded, UtcTime at);

}  // namespace metergate::registry_rows
