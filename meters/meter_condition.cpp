// SPDX-License-Identifier: Apache-2.0
#include "meters/meter_condition.hpp"

namespace metergate {
namespace {

MeterCondition relay_condition(SupplyState relay) {
  switch (relay) {
    case SupplyState::Off:
      return MeterCondition::RelayOff;
    case SupplyState::Armed:
      return MeterCondition::RelayArmed;
    case SupplyState::On:
      return MeterCondition::RelayOn;
    case SupplyState::Unknown:
      break;
  }
  return MeterCondition::RelayUnknown;
}

MeterCondition tamper_condition(std::optional<bool> tampered) {
  if (!tampered) return MeterCondition::TamperUnknown;
  return *tampered ? MeterCondition::Tampered : MeterCondition::NotTampered;
}

MeterCondition phase_condition(std::optional<unsigned> phases) {
  if (!phases) return MeterCondition::PhasesUnknown;
  return *phases > 1 ? MeterCondition::Polyphase : MeterCondition::SinglePhase;
}

}  // namespace

std::vector<MeterCondition> conditions_of(const MeterFacts& facts) {
  std::vector<MeterCondition> out{relay_condition(facts.relay), tamper_condition(facts.tampered),
                                  phase_condition(facts.phases)};
  if (facts.key_change_pending) out.push_back(MeterCondition::KeyChangePending);
  return out;
}

}  // namespace metergate
