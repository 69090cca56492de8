// SPDX-License-Identifier: Apache-2.0
#include "gateway/work/supply_judgement.hpp"

namespace metergate::work {
namespace {

/// What arming takes away; anything else that holds the relay open has a remedy of its own
/// (utrn-and-premier.md 1.8).
constexpr std::uint16_t kEndedByArming =
    SupplyCauses::kRemote | SupplyCauses::kToken | SupplyCauses::kTenancy;

}  // namespace

bool drifts(SupplyState desired, const RelayReading& reading) {
  if (reading.state == SupplyState::Unknown) return false;
  if (desired == SupplyState::Off) return reading.state != SupplyState::Off;
  const bool held_by_others = (reading.causes.bits & ~kEndedByArming) != 0;
  return desired == SupplyState::Armed && reading.state == SupplyState::Off && !held_by_others;
}

bool has_ended_there(const RelayReading& reading, const SupplyWitness& before) {
  const bool was_ordered = (before.held_by.bits & kEndedByArming) != 0;
  return reading.state == SupplyState::Armed && reading.causes.none() && !before.held_by.none() &&
         !was_ordered;
}

bool is_explained(const RelayReading& reading, const SupplyWitness& before) {
  // Closing needs a person at the meter and has no cause bit; opening has one, or follows an order
  // that came since the relay was last read.
  if (reading.state == SupplyState::On || !reading.causes.none()) return true;
  if (has_ended_there(reading, before)) return true;
  // Of a meter that tells neither, what was asked for is the only reason there can be.
  if (!before.meter_tells_why) return reading.state == before.desired;
  return !before.read_after || reading.last_transaction_id != *before.read_after;
}

}  // namespace metergate::work
