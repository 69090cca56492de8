// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "protocols/modbus/pdu.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::cli {

/// `read 2 input registers from 0`
[[nodiscard]] std::string request_meaning(const modbus::Request& request);
/// `2 registers`, `written`, `exception 2 illegal data address`
[[nodiscard]] std::string answer_meaning(const modbus::Response& response);

/// One captured frame, on a serial line (its CRC holds) or on TCP (header and PDU hold), in a line;
/// nothing if the octets are neither.
[[nodiscard]] std::optional<std::string> explain_modbus(OctetView captured);

}  // namespace metergate::cli
