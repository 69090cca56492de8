// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/runtime/commands/command_desk.hpp"

namespace metergate::runtime {

/// Whether an octet of it may have reached the meter, so that nothing is known but by reading.
inline bool may_have_left(CommandState state) {
  return state == CommandState::Sending || state == CommandState::Unconfirmed;
}

/// A command on its way through the desk. Private to the desk's sources.
struct CommandDesk::Live {
  StoredCommand stored;
  MeterUnit* meter;
  Lane lane;
  std::uint64_t life;  ///< of this Live, not of its command
  bool active = false;
  std::unique_ptr<work::OrderProcedure> order{};
  std::unique_ptr<CollectionRun> run{};
  std::optional<JobId> job{};
  Instant expires{};  ///< `expires_at` on the clock that nobody sets
  std::optional<Agenda::Entry> expiry{};
  std::optional<Agenda::Entry> pause{};
  std::uint32_t read_tries = 0;
  /// Of a change: what it erases was read to its end, up to this interval; empty: not yet.
  std::optional<UtcSeconds> collected_to{};
  std::optional<UtcSeconds> collecting_to{};

  [[nodiscard]] const Command& command() const { return stored.command; }
  [[nodiscard]] LaneKey lane_key() const { return {meter, lane}; }
};

}  // namespace metergate::runtime
