// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "meters/reason.hpp"
#include "meters/supply.hpp"
#include "meters/token_function_set.hpp"

namespace metergate {

/// What is known of a meter when a token is asked for; what was never read is not guessed.
struct MeterFacts {
  SupplyState relay = SupplyState::Unknown;
  std::optional<bool> tampered;
  std::optional<unsigned> phases;
  bool key_change_pending = false;
};

/// What a token may be refused for, apart from who asks.
enum class MeterCondition : std::uint8_t {
  RelayUnknown,
  RelayOff,
  RelayArmed,
  RelayOn,
  TamperUnknown,
  Tampered,
  NotTampered,
  PhasesUnknown,
  SinglePhase,
  Polyphase,
  KeyChangePending,
};

struct MeterConditionTraits {
  MeterCondition condition;
  std::string_view word;     ///< in the configuration, below `[access.refused_when]`
  TokenFunctionSet always;   ///< refused whatever the configuration says
  TokenFunctionSet usually;  ///< refused unless the configuration has another list
  Reason reason;
  std::string_view needed;
};

/// Which token is refused in which state (J-08): the one place.
inline constexpr std::array kMeterConditions{
    MeterConditionTraits{MeterCondition::RelayUnknown,
                         "relay_unknown",
                         {},
                         {},
                         Reason::NotInThisState,
                         "a meter whose relay has been read"},
    MeterConditionTraits{MeterCondition::RelayOff,
                         "relay_off",
                         {},
                         {},
                         Reason::NotInThisState,
                         "a meter whose relay is not off"},
    MeterConditionTraits{MeterCondition::RelayArmed,
                         "relay_armed",
                         {},
                         {},
                         Reason::NotInThisState,
                         "a meter whose relay is not armed"},
    MeterConditionTraits{MeterCondition::RelayOn,
                         "relay_on",
                         {},
                         {},
                         Reason::NotInThisState,
                         "a meter whose relay is not on"},
    MeterConditionTraits{MeterCondition::TamperUnknown,
                         "tamper_unknown",
                         {},
                         {},
                         Reason::NotInThisState,
                         "a meter whose tamper state has been read"},
    // Units given away to an open meter run past its counting.
    MeterConditionTraits{MeterCondition::Tampered,
                         "tampered",
                         {},
                         {TokenFunction::FreeIssue},
                         Reason::NotInThisState,
                         "a meter without tamper: its reset comes first"},
    // No usual list: what was read may be older than the tamper the technician stands before.
    MeterConditionTraits{MeterCondition::NotTampered,
                         "not_tampered",
                         {},
                         {},
                         Reason::NotInThisState,
                         "a meter in tamper"},
    MeterConditionTraits{MeterCondition::PhasesUnknown,
                         "phases_unknown",
                         {},
                         {TokenFunction::PhaseUnbalanceLimit},
                         Reason::NotInThisState,
                         "a meter known to be polyphase"},
    MeterConditionTraits{MeterCondition::SinglePhase,
                         "single_phase",
                         {TokenFunction::PhaseUnbalanceLimit},
                         {},
                         Reason::NotInThisState,
                         "a polyphase meter"},
    MeterConditionTraits{MeterCondition::Polyphase,
                         "polyphase",
                         {},
                         {},
                         Reason::NotInThisState,
                         "a single-phase meter"},
    // Two sets under way would leave nobody knowing the meter's key (J-45, J-51).
    MeterConditionTraits{MeterCondition::KeyChangePending,
                         "key_change_pending",
                         kKeyChanges,
                         {},
                         Reason::KeyChangePending,
                         "the key change under way finished first: resend its set"},
};

[[nodiscard]] constexpr const MeterConditionTraits& traits_of(MeterCondition condition) {
  return kMeterConditions[static_cast<std::size_t>(condition)];
}

[[nodiscard]] std::vector<MeterCondition> conditions_of(const MeterFacts& facts);

}  // namespace metergate
