// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace metergate::crypto {

/// Fills with octets of OpenSSL's generator. Throws std::runtime_error when it has none to give: a
/// salt or an IV that could repeat is worse than a stop.
void fill_random(std::span<std::uint8_t> octets);

template <std::size_t N>
[[nodiscard]] std::array<std::uint8_t, N> random_octets() {
  std::array<std::uint8_t, N> octets{};
  fill_random(octets);
  return octets;
}

}  // namespace metergate::crypto
