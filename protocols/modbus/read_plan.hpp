// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/modbus/pdu.hpp"

namespace metergate::modbus {

/// Consecutive registers somebody wants.
struct WantedRegisters {
  FunctionCode function = FunctionCode::ReadHoldingRegisters;
  std::uint16_t address = 0;
  std::uint16_t count = 1;
};

/// One request of the plan and which of the wanted (by index) its answer holds.
struct ReadBlock {
  ReadRegisters request;
  std::vector<std::size_t> wanted;
};

struct PlanLimits {
  std::uint16_t max_registers = kMaxReadRegisters;
  /// Unwanted registers worth reading along to save a request; 0 where the meter answers such a
  /// read with an exception. See `break_even_gap`.
  std::uint16_t max_gap = 0;
};

/// Packs neighbouring registers into few requests. The order of the blocks is by address.
[[nodiscard]] std::vector<ReadBlock> plan_reads(const std::vector<WantedRegisters>& wanted,
                                                const PlanLimits& limits);

/// A separate request costs 13 characters, the turn-round and a silence; an unwanted register two
/// characters. Up to this many unwanted ones, merging is cheaper.
[[nodiscard]] std::uint16_t break_even_gap(double character_s, double turn_round_s,
                                           double silence_s);

}  // namespace metergate::modbus
