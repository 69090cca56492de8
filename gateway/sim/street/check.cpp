// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/street/check.hpp"

namespace metergate::sim {
namespace {

constexpr unsigned kMaxAddress = 247;      // MODBUS over Serial Line V1.02, 2.2
constexpr unsigned kMaxDlmsOnLine = 109;   // physical addresses 17 to 125 (IEC 62056-46, 6.4.2.5)
constexpr unsigned kMaxModeCOnLine = 100;  // of patience: each takes seconds

}  // namespace

Result<Done, std::string> check_street(const StreetOptions& options) {
  const auto wrong = [](const char* what, unsigned value, const char* allowed) {
    return failure(std::string{what} + " is " + std::to_string(value) + "; allowed: " + allowed);
  };
  if (options.meters_per_line > kMaxAddress) {
    return wrong("meters per line", options.meters_per_line, "0 to 247");
  }
  if (options.tcp_meters > kMaxAddress) return wrong("TCP meters", options.tcp_meters, "0 to 247");
  if (options.dlms.meters > kMaxDlmsOnLine) {
    return wrong("DLMS meters", options.dlms.meters, "0 to 109");
  }
  if (options.mode_c.meters > kMaxModeCOnLine) {
    return wrong("meters in mode C", options.mode_c.meters, "0 to 100");
  }
  if (!iec62056_21::speed_character(options.opening_baud)) {
    return wrong("opening baud", options.opening_baud,
                 "300, 600, 1200, 2400, 4800, 9600 and 19200");
  }
  if (options.dlms.max_pdu < 64) return wrong("DLMS PDU size", options.dlms.max_pdu, "64 to 65535");
  if (options.wire.baud < 300 || options.wire.baud > 4'000'000) {
    return wrong("baud", options.wire.baud, "300 to 4000000");
  }
  if (!(options.speed > 0) || !(options.wire.time_scale > 0)) {
    return failure(std::string{"speed and time scale must be greater than 0"});
  }
  if (options.phases != 1 && options.phases != 3) {
    return wrong("phases", options.phases, "1 and 3");
  }
  if (options.supply != SupplyState::On && options.supply != SupplyState::Off) {
    return failure(std::string{"supply is neither on nor off"});
  }
  if (options.dlms.dial_in_meters > 0 && options.dlms.dial_port == 0) {
    return wrong("the gateway's port for meters that dial in", 0, "1 to 65535");
  }
  return Done{};
}

}  // namespace metergate::sim
