// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "protocols/octets/octets.hpp"

namespace metergate {

/// The characters of a text as octets, to hash, sign, compare or store; they have to outlive it.
[[nodiscard]] inline OctetView octets_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace metergate
