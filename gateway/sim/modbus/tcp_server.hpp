// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gateway/sim/wire/emulator.hpp"
#include "protocols/result.hpp"

namespace metergate::sim {

/// Modbus TCP on one port of the loopback interface with a meter behind each unit id, as a serial
/// concentrator shows them. Units that nobody has answer with exception 0B; faults act on whole
/// frames (a corrupt or cut answer has a good MBAP header and a bad PDU). One thread.
class ModbusTcpServer {
 public:
  /// Port 0: a free one.
  [[nodiscard]] static Result<std::unique_ptr<ModbusTcpServer>, std::string> open(
      std::uint16_t port, ModbusTargets targets);
  ~ModbusTcpServer();
  ModbusTcpServer(const ModbusTcpServer&) = delete;
  ModbusTcpServer& operator=(const ModbusTcpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;

 private:
  class Served;
  explicit ModbusTcpServer(std::unique_ptr<Served> served);
  std::unique_ptr<Served> served_;
};

}  // namespace metergate::sim
