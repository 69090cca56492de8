// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocols/octets/octets.hpp"

namespace metergate {

/// CRC-16 of Modbus RTU: polynomial 0x8005 reflected, preset 0xFFFF (MODBUS over Serial Line
/// V1.02, 6.2.2). On the wire its low octet comes first.
[[nodiscard]] std::uint16_t crc16_modbus(OctetView octets);

}  // namespace metergate
