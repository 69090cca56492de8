// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "gateway/sim/wire/faults.hpp"
#include "gateway/sim/wire/line.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

namespace metergate::sim {

/// Who answers under an address: a PDU in, a PDU out, or nothing for a meter without power.
struct ModbusTarget {
  std::function<std::optional<Octets>(OctetView pdu)> serve;
  WireFaults* faults = nullptr;  ///< outlives the line; null: none
};
using ModbusTargets = std::map<std::uint8_t, ModbusTarget>;

/// A pseudo-terminal whose far end is an RS-485 line with meters. Every octet takes its time in
/// both directions (11 bits at 8E1), a meter waits its turn-round, answers reach the master in
/// blocks, and requests that do not keep the silences are counted. One thread per line, deadlines
/// in absolute time, real-time priority where it is allowed.
///
/// A master opens the device with parity N: the pseudo-terminal can't keep a parity flag, and the
/// line counts 11 bits all the same.
class WireEmulator {
 public:
  [[nodiscard]] static Result<std::unique_ptr<WireEmulator>, std::string> open(
      const WireSettings& settings, ModbusTargets targets);
  ~WireEmulator();
  WireEmulator(const WireEmulator&) = delete;
  WireEmulator& operator=(const WireEmulator&) = delete;

  [[nodiscard]] const std::filesystem::path& device() const;
  [[nodiscard]] WireStatistics statistics() const;
  void clear_statistics();
  /// Whether the thread got real-time priority.
  [[nodiscard]] bool real_time() const;

 private:
  class Thread;
  explicit WireEmulator(std::unique_ptr<Thread> thread);
  std::unique_ptr<Thread> thread_;
};

}  // namespace metergate::sim
