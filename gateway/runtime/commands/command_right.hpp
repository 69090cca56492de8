// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gateway/access/decide_right.hpp"
#include "gateway/runtime/ledger_keeper.hpp"
#include "meters/command.hpp"

namespace metergate::runtime {

/// What rights are judged by.
struct RightsInForce {
  const AccessRules& rules;
  std::string own_user;  ///< who the gateway runs as, owner of the box like root
};

/// With nobody at the meter, which takes a right of its own (P-33).
[[nodiscard]] bool closes_supply(const Command& command);

/// Whether whoever gave the command holds the right to it.
[[nodiscard]] Result<access::Granted, Refusal> decide_right(const RightsInForce& in_force,
                                                            const access::Right& right,
                                                            const Command& command);
/// ... with a denial in the audit trail.
[[nodiscard]] Result<access::Granted, Refusal> judge_right(const RightsInForce& in_force,
                                                           const access::Right& right,
                                                           LedgerKeeper& keeper,
                                                           const Command& command, Now now);

/// Where the rules want an order to a relay to be signed: whether it is. A denial goes to the audit
/// trail.
[[nodiscard]] Result<access::Granted, Refusal> judge_relay_order(const RightsInForce& in_force,
                                                                 LedgerKeeper& keeper,
                                                                 const Command& command, Now now);

}  // namespace metergate::runtime
