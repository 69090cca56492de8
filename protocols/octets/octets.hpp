// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace metergate {

using Octets = std::vector<std::uint8_t>;
using OctetView = std::span<const std::uint8_t>;

}  // namespace metergate
