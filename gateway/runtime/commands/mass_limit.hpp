// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "gateway/runtime/commands/command_right.hpp"
#include "gateway/runtime/ledger_keeper.hpp"

namespace metergate::runtime {

/// One person, or one stolen key, harms a meter at a time: past a number of different meters within
/// an hour, what is dangerous takes a second operator (faults.md S8; IEC 62443-4-2 CR 2.1 RE 4).
/// What counts is in the ledger, so a restart frees nothing. Orders that a second operator approved
/// do not count, and a meter counts once, however often it is touched.
class MassLimit {
 public:
  MassLimit(RightsInForce in_force, LedgerKeeper& keeper);

  /// Why this order may not be taken as it is, if so; a denial goes to the audit trail. `by`: whose
  /// right it is; null where nobody had to be known. Those orders, all to relays, count as one
  /// person's: a name that costs nothing to make up is none.
  [[nodiscard]] std::optional<Refusal> objection(const Command& command, MeterKey meter,
                                                 const access::Granted* by, Now now);

  /// Who approved an order to a relay that takes nobody's right, and who asked for it as far as is
  /// known; nothing without an approval, or where nobody counts.
  [[nodiscard]] Result<std::optional<access::Granted>, Refusal> approval_of(
      const Command& command) const;

 private:
  RightsInForce in_force_;
  LedgerKeeper& keeper_;
};

}  // namespace metergate::runtime
