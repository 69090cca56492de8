// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocols/octets/octets.hpp"

namespace metergate::hdlc {

/// The frame check sequence of ISO/IEC 13239, 4.2.5.2 (CRC-16/X-25), used for HCS and FCS; on the
/// wire its low octet comes first.
[[nodiscard]] std::uint16_t frame_check(OctetView octets);

/// Whether octets that end with their own check sequence are whole.
[[nodiscard]] bool frame_check_holds(OctetView octets_and_check);

}  // namespace metergate::hdlc
