// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/schema.hpp"
#include "gateway/journal/journal.hpp"
#include "gateway/runtime/clock.hpp"
#include "gateway/runtime/commands/command_right.hpp"
#include "gateway/runtime/ledger_keeper.hpp"
#include "gateway/runtime/meter_unit.hpp"
#include "meters/command.hpp"
#include "meters/registry_sighting.hpp"

namespace metergate::runtime {

/// Keeps the registry: takes changes of it, notices meters that answer where they are not recorded
/// (J-61), and says whether a meter may have credit while its place is unknown (J-63).
class RegistryDesk {
 public:
  struct Handlers {
    std::function<MeterUnit*(const MeterId&)> find_meter;
    /// Something of the meter's retained state changed.
    std::function<void(MeterUnit&)> state_changed;
    /// It begins to serve somewhere: its first reading is wanted (J-60).
    std::function<void(MeterUnit&, Now)> placed;
  };
  RegistryDesk(LedgerKeeper& keeper, journal::Journal& journal, const config::Registry& settings,
               RightsInForce rights, Handlers handlers);

  /// What a change did, and what is told of it once it is durable.
  struct Changed {
    std::string result_json;
    std::vector<registry::CotDue> cot_due;
    std::vector<Command> orders;  ///< changes of tenancy that it asks for, one for each due
    std::vector<MeterId> touched;
    std::vector<MeterId> placed;
  };
  /// Judges and carries out, into the open transaction. A refusal leaves nothing of the change.
  [[nodiscard]] Result<Changed, Refusal> change(const Command& command, Now now);
  /// After the commit.
  void changed(const Changed& changed, const Command& by, Now now);

  /// A serial number answered as this meter.
  void seen(MeterUnit& meter, const SerialNumber& serial, Now now);
  /// Whether it answers, or where it stands, may have changed: raises or ends its alarm.
  void look_at(MeterUnit& meter, Now now);
  /// Why it may have no credit now, if so.
  [[nodiscard]] std::optional<Refusal> objection(MeterUnit& meter, Now now);

 private:
  [[nodiscard]] Result<access::Granted, Refusal> decide(const Command& command);
  [[nodiscard]] Result<Changed, Refusal> link(const Command& command,
                                              const registry::Change& change, const AuditEntry& by);
  [[nodiscard]] Result<Changed, Refusal> settle(const registry::SettleConflict& asked,
                                                const AuditEntry& by);
  [[nodiscard]] std::optional<Refusal> stranger(const registry::ChangeNames& names);

  LedgerKeeper& keeper_;
  journal::Journal& journal_;
  const config::Registry& settings_;
  RightsInForce rights_;
  Handlers handlers_;
  /// Meters under alarm, and why.
  std::map<MeterId, registry::VendingVerdict::Cause> alarms_;
};

}  // namespace metergate::runtime
