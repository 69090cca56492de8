// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/commands/command_right.hpp"

#include "gateway/runtime/audit/audit_notes.hpp"
#include "gateway/runtime/commands/command_identity.hpp"

namespace metergate::runtime {

bool closes_supply(const Command& command) {
  const auto* relay = std::get_if<SetRelay>(&command.params);
  return relay != nullptr && relay->state == SupplyState::On;
}

Result<access::Granted, Refusal> decide_right(const RightsInForce& in_force,
                                              const access::Right& right, const Command& command) {
  const auto who = identify(command, in_force.rules, in_force.own_user);
  if (!who) return failure(who.error());
  return access::decide_right(in_force.rules, right, *who);
}

Result<access::Granted, Refusal> judge_right(const RightsInForce& in_force,
                                             const access::Right& right, LedgerKeeper& keeper,
                                             const Command& command, Now now) {
  auto granted = decide_right(in_force, right, command);
  if (!granted) audit_denial(keeper, command, granted.error(), now);
  return granted;
}

Result<access::Granted, Refusal> judge_relay_order(const RightsInForce& in_force,
                                                   LedgerKeeper& keeper, const Command& command,
                                                   Now now) {
  using Decided = Result<access::Granted, Refusal>;
  const auto who = identify(command, in_force.rules, in_force.own_user);
  Decided granted =
      who ? access::decide_known(in_force.rules, *who) : Decided{failure(who.error())};
  if (!granted) audit_denial(keeper, command, granted.error(), now);
  return granted;
}

}  // namespace metergate::runtime
