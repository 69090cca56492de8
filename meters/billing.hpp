// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "meters/time.hpp"

namespace metergate {

/// Why a meter took a billing snapshot.
enum class BillingCause : std::uint8_t {
  Period = 1,     ///< by its calendar
  OnDemand,       ///< a billing action was ordered
  TariffChange,   ///< another tariff became active
  BeforeTenancy,  ///< change of tenancy (P-07, P-08)
  AfterTenancy,
  BeforeSupplier,  ///< change of supplier
  AfterSupplier,
};
inline constexpr std::uint8_t kBillingCauses = 7;

/// `period`, `on-demand`, `tariff-change`, `before-tenancy`, ...
[[nodiscard]] std::string_view billing_cause_word(BillingCause cause);
[[nodiscard]] std::optional<BillingCause> parse_billing_cause(std::string_view word);

/// Registers and account at one instant, kept by the meter (utrn-and-premier.md 1.2).
struct BillingSnapshot {
  std::uint32_t sequence = 0;  ///< the meter's running number, from 1; a purge doesn't reset it
  UtcSeconds meter_time;
  BillingCause cause = BillingCause::Period;
  std::int64_t import_wh = 0;
  std::int64_t import_varh = 0;
  std::int64_t balance_minor = 0;
  std::uint32_t tariff_id = 0;
  std::uint32_t supplier_id = 0;

  friend bool operator==(const BillingSnapshot&, const BillingSnapshot&) = default;
};

}  // namespace metergate
