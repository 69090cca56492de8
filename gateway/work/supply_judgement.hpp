// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "meters/operation.hpp"
#include "meters/supply.hpp"

/// What a reading of a meter's relay says about what was asked of it. Pure.
namespace metergate::work {

/// Whether the relay stands otherwise than was last ordered, and nothing explains it.
[[nodiscard]] bool drifts(SupplyState desired, const RelayReading& reading);

/// What is known before the relay is read.
struct SupplyWitness {
  /// The meter tells causes and its last transaction; many tell neither.
  bool meter_tells_why = true;
  std::optional<operation::TransactionId> read_after{};  ///< the meter's last one, when last read
  SupplyState desired = SupplyState::Unknown;            ///< what was last ordered
  SupplyCauses held_by{};                                ///< what held it open, when last read
};

/// Whether what held the relay open was no order and has ended at the meter: a pause after an
/// overload is over, credit was keyed in.
[[nodiscard]] bool has_ended_there(const RelayReading& reading, const SupplyWitness& before);

/// Whether there is a reason for a relay that has moved.
[[nodiscard]] bool is_explained(const RelayReading& reading, const SupplyWitness& before);

}  // namespace metergate::work
