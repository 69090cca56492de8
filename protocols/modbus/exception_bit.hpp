// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace metergate::modbus {

/// Set in the function code of an answer that is an exception (V1.1b3, section 4.1).
inline constexpr std::uint8_t kExceptionBit = 0x80;

}  // namespace metergate::modbus
