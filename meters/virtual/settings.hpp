// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "meters/identity.hpp"
#include "meters/load_profile.hpp"
#include "meters/supply.hpp"
#include "meters/tariff.hpp"
#include "meters/virtual/meter_keys.hpp"

namespace metergate::virtual_meter {

/// Hours of the day, standard time, in which credit that runs out disconnects nobody (1.4): from
/// the first to before the second, over midnight when the first is the greater.
struct FriendlyHours {
  unsigned from = 0;
  unsigned to = 0;

  [[nodiscard]] constexpr bool hold(unsigned hour) const {
    return from <= to ? from <= hour && hour < to : from <= hour || hour < to;
  }
};

/// What a virtual meter is made with.
struct Settings {
  SerialNumber serial;
  std::string firmware = "1.0.0";  ///< one line
  std::uint64_t seed = 1;          ///< of the load curve and of the history's power cuts
  CapturePeriod capture_period{30};
  bool prepayment = true;
  std::int64_t balance_minor = 5'000;
  std::int64_t price_minor_per_kwh = 25;  ///< of the default tariff
  Supplier supplier{1, "Supplier 1"};     ///< that it was delivered with
  double clock_drift_ppm = 0.0;
  std::uint16_t relay_operations_per_day = 20;
  std::optional<unsigned> load_limit_w = std::nullopt;
  bool remote_close = false;  ///< a remote order may close an ARMED relay (force connect, 1.8)
  std::int64_t emergency_credit_minor = 0;  ///< what may be owed once the user has asked for it
  std::optional<FriendlyHours> friendly_hours = std::nullopt;
  std::chrono::days history{45};
  /// Off: a new meter, never connected, with a history of zeros. On: in service all along.
  SupplyState supply = SupplyState::Off;
  unsigned phases = 1;  ///< 1 or 3
  /// The most a single UTRN may add (utrn-and-premier.md 2.6).
  std::int64_t most_top_up_minor = 100'000;
  /// With keys the meter decides on codes by them; without, by the open rule of token_rules.hpp.
  std::optional<MeterKeys> keys = std::nullopt;
  /// What a purge takes away is kept for a checker (VirtualMeter::purged). It costs memory.
  bool keep_truth = false;
};

}  // namespace metergate::virtual_meter
