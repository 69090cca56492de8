// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "protocols/octets/octets.hpp"

namespace metergate::dlms {

/// Names one party for good: three letters of its maker and five octets that are unique there
/// (IEC 62056-5-3, 4.3.4). It is the fixed part of every initialisation vector, so two parties with
/// one title under one key would break the cipher.
class SystemTitle {
 public:
  static constexpr std::size_t kOctets = 8;

  constexpr SystemTitle() = default;
  constexpr explicit SystemTitle(std::array<std::uint8_t, kOctets> octets) : octets_{octets} {}

  [[nodiscard]] static constexpr std::optional<SystemTitle> from(OctetView octets) {
    if (octets.size() != kOctets) return std::nullopt;
    SystemTitle title;
    std::ranges::copy(octets, title.octets_.begin());
    return title;
  }

  [[nodiscard]] constexpr OctetView view() const { return octets_; }

  friend constexpr bool operator==(const SystemTitle&, const SystemTitle&) = default;

 private:
  std::array<std::uint8_t, kOctets> octets_{};
};

}  // namespace metergate::dlms
