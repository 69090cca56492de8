// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/lines/line_way.hpp"

#include <utility>

#include "gateway/links/modbus_line.hpp"
#include "gateway/links/mode_c_line.hpp"

namespace metergate::runtime {

std::unique_ptr<Link> make_line(boost::asio::io_context& loop, const config::Line& line,
                                std::function<void(bool up, std::string why)> state_changed) {
  if (line.protocol != config::LineProtocol::ModeC) {
    return std::make_unique<ModbusLine>(loop, line, std::move(state_changed));
  }
  const auto& serial = std::get<config::SerialLine>(line.access);
  return std::make_unique<ModeCLine>(
      loop,
      ModeCSerial{serial.device, serial.opening_baud.value_or(iec62056_21::kUsualOpeningBaud),
                  serial.baud},
      std::move(state_changed));
}

}  // namespace metergate::runtime
