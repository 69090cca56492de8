// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "gateway/runtime/commands/command_right.hpp"
#include "gateway/runtime/ledger_keeper.hpp"

/// Rights are judged when a command is taken, and again before it is carried out: it may have
/// waited for days, and a right that was withdrawn meanwhile is none (IEC 62443-4-2 CR 2.1).
namespace metergate::runtime {

/// What is kept of who a command's right came from.
[[nodiscard]] CommandGrant grant_of(const access::Granted& granted);

/// Why this command may not be carried out any more, by the rules in force now; nothing where it
/// may, or where no right of a role was ever needed. `StorageUnavailable`: not known now. What
/// follows from a change of tenancy that was carried out is never stopped: the new tenant would
/// find the old one's credit.
[[nodiscard]] std::optional<Refusal> right_lost(const RightsInForce& in_force, LedgerKeeper& keeper,
                                                const StoredCommand& stored);

}  // namespace metergate::runtime
