// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gateway/journal/journal.hpp"
#include "gateway/runtime/commands/command_right.hpp"
#include "gateway/runtime/ledger_keeper.hpp"
#include "gateway/runtime/meter_unit.hpp"
#include "meters/command.hpp"

namespace metergate::runtime {

/// What sealed tenancies left on this box: handed out to whoever has the right to it, and erased
/// when a tenant who has left demands it. Both are judged, done and written down in one commit with
/// their command; no meter hears of them.
class SealedDesk {
 public:
  SealedDesk(LedgerKeeper& keeper, journal::Journal& journal, RightsInForce rights);

  [[nodiscard]] static bool is_for_it(Verb verb) {
    return verb == Verb::ExportTenancy || verb == Verb::EraseTenancy;
  }

  /// Whether it is there, sealed, and his to ask for; a denial goes to the audit trail.
  [[nodiscard]] Result<access::Granted, Refusal> decide(const Command& command,
                                                        const MeterUnit& meter, Now now);
  /// Into the open transaction of the ledger. False: it failed, and the caller gives up.
  [[nodiscard]] bool carry_out(const Command& command, const access::Granted& by,
                               const MeterUnit& meter, Now now);
  /// After the commit.
  void carried_out(const Command& command, Now now);
  /// What the asker is told: a JSON object.
  [[nodiscard]] static std::string result_of(const Command& command);

 private:
  LedgerKeeper& keeper_;
  journal::Journal& journal_;
  RightsInForce rights_;
};

}  // namespace metergate::runtime
