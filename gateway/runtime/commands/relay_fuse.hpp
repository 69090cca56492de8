// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "config/schema.hpp"
#include "gateway/journal/journal.hpp"
#include "gateway/runtime/ledger_keeper.hpp"
#include "gateway/runtime/meter_unit.hpp"
#include "meters/command.hpp"

namespace metergate::runtime {

/// How much later than at `due` an order is to be sent, `drawn` being anything: up to `longest`,
/// but never later than half the time it has left.
[[nodiscard]] std::chrono::milliseconds spread_delay(std::chrono::milliseconds longest, UtcTime due,
                                                     UtcTime expires_at, std::uint32_t drawn);

/// Holds back orders that open supplies when there are too many within an hour: the off switch is
/// the one command that harms a whole town at once (faults.md S9, R16). What counts is in the
/// ledger, so a restart frees nothing. An order counts while it waits and for an hour after it
/// ended; so no hour sees more sent than allowed, whenever the meters were reachable. Changes of
/// tenancy that open a supply count and are held back like orders to the relay.
class RelayFuse {
 public:
  /// The line, or way, a meter is reached over; empty for one that is not configured any more.
  using LineOf = std::function<std::string(MeterKey)>;
  RelayFuse(LedgerKeeper& keeper, journal::Journal& journal, const config::RelayOffFuse& limits,
            LineOf line_of);

  /// Why this order may not be taken now, if so. The first one that is not raises the alarm.
  [[nodiscard]] std::optional<Refusal> objection(const Command& command, const MeterUnit& meter,
                                                 Now now);

  /// The command as it is to be kept. One of the orders to the relay that open supplies gets a
  /// `not_before` of its own, later than asked for by a time drawn for it: orders for a whole town
  /// shall not fall into one second. With the command it is on disk, so a restart draws nothing.
  [[nodiscard]] Command spread(const Command& command, const MeterUnit& meter, Now now) const;

  /// A person at the box, and what for; one of the last two says something.
  struct Person {
    std::string user;
    std::string work_order;
    std::string comment;
  };
  /// What was ordered up to now no longer counts. False: the ledger failed, and it still does.
  [[nodiscard]] bool release(const Person& by, Now now);

 private:
  [[nodiscard]] std::optional<UtcTime> released_at(Now now);
  [[nodiscard]] std::optional<Refusal> judge(const std::string& line, Now now);

  LedgerKeeper& keeper_;
  journal::Journal& journal_;
  const config::RelayOffFuse limits_;
  LineOf line_of_;
  bool looked_up_ = false;
  std::optional<UtcTime> released_at_;
  bool blown_ = false;
};

}  // namespace metergate::runtime
