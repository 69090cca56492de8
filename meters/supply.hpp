// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metergate {

/// OFF: open, the user cannot close it. ARMED: open, the user may close it. ON: closed.
/// Unknown until read; ON is never assumed (promise 8).
enum class SupplyState : std::uint8_t { Unknown, Off, Armed, On };

/// `unknown`, `off`, `armed`, `on`
[[nodiscard]] std::string_view supply_word(SupplyState state);
[[nodiscard]] std::optional<SupplyState> parse_supply(std::string_view word);

/// Everything that holds the relay open; it can only be closed when none remains
/// (utrn-and-premier.md 1.8).
struct SupplyCauses {
  std::uint16_t bits = 0;

  static constexpr std::uint16_t kRemote = 1U << 0;  ///< ordered from the head end
  static constexpr std::uint16_t kNoCredit = 1U << 1;
  static constexpr std::uint16_t kOverload = 1U << 2;
  static constexpr std::uint16_t kTamper = 1U << 3;
  static constexpr std::uint16_t kToken = 1U << 4;    ///< a supply token
  static constexpr std::uint16_t kManual = 1U << 5;   ///< at the meter
  static constexpr std::uint16_t kTenancy = 1U << 6;  ///< change of tenancy
  static constexpr std::uint16_t kInitial = 1U << 7;  ///< never connected since manufacture

  [[nodiscard]] constexpr bool has(std::uint16_t cause) const { return (bits & cause) != 0; }
  [[nodiscard]] constexpr bool none() const { return bits == 0; }
  /// `remote`, `no-credit`, ...
  [[nodiscard]] std::vector<std::string> words() const;

  friend constexpr bool operator==(SupplyCauses, SupplyCauses) = default;
};

/// The relay as the meter reports it.
struct RelayReading {
  SupplyState state = SupplyState::Unknown;
  SupplyCauses causes;
  std::uint16_t operations_today = 0;
  std::uint32_t last_transaction_id = 0;  ///< of the last remote order the meter took; 0 = none

  friend bool operator==(const RelayReading&, const RelayReading&) = default;
};

}  // namespace metergate
