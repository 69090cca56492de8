// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocols/octets/octets.hpp"

namespace metergate::cli {

/// Whether octets are DLMS from the first to the last: HDLC frames that hold, with the APDUs in
/// them, wrapper PDUs, or one APDU. Ciphered ones are judged by their outer form, since they are
/// not opened here.
[[nodiscard]] bool is_sound_dlms(OctetView octets);

}  // namespace metergate::cli
