// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meters/time.hpp"

namespace metergate {

/// The supplier a tariff is bound to (utrn-and-premier.md 1.2): a number and the name on the
/// display.
struct Supplier {
  static constexpr std::size_t kMostNameOctets = 16;  // ZigBee SE, 1.7

  std::uint32_t id = 0;
  std::string name;  ///< 1 to 16 printable ASCII characters

  friend bool operator==(const Supplier&, const Supplier&) = default;
};
/// 1 to 16 printable ASCII characters, not beginning or ending with a space.
[[nodiscard]] bool is_supplier_name(std::string_view name);

/// What consumption costs. One rate: what a gateway has to carry and compare.
struct Tariff {
  /// The meter's own, when none was loaded or a change of tenancy took it back (P-10).
  static constexpr std::uint32_t kDefaultId = 0;

  std::uint32_t id = kDefaultId;
  Supplier supplier;
  std::uint32_t price_minor_per_kwh = 0;

  friend bool operator==(const Tariff&, const Tariff&) = default;
};

struct PendingTariff {
  Tariff tariff;
  UtcSeconds activates;

  friend bool operator==(const PendingTariff&, const PendingTariff&) = default;
};

/// As the meter tells it.
struct TariffReading {
  UtcTime read_at;
  Tariff active;
  std::vector<PendingTariff> pending;  ///< soonest first

  friend bool operator==(const TariffReading&, const TariffReading&) = default;
};

}  // namespace metergate
