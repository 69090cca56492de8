// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace metergate::virtual_meter {

/// What flows, phase by phase; a meter of one phase uses the first alone.
using PhaseWatts = std::array<unsigned, 3>;

/// Why the supply was limited: the `cause` of LoadLimitExceeded and LoadLimitRestored in the log of
/// operating conditions.
enum class LimitCause : std::uint16_t {
  LoadLimit = 0,   ///< the meter's own setting
  PowerLimit = 1,  ///< SetMaximumPowerLimit
  Unbalance = 2,   ///< SetMaximumPhasePowerUnbalanceLimit
};

/// The limits that tokens set (acceptance rows J-30 to J-37): what counts is the average over the
/// last minutes the relay was closed throughout, so a peak of seconds does no harm. Judged at full
/// minutes only.
class LimitWatch {
 public:
  static constexpr std::size_t kWindowMinutes = 3;
  /// The supply is off for so long, then comes back by itself.
  static constexpr std::int64_t kPauseSeconds = 180;

  struct Breach {
    LimitCause cause = LimitCause::PowerLimit;
    unsigned watts = 0;  ///< the average, or the difference between two phases
  };

  /// A new limit is judged by what flows from now on.
  void set_power_limit(std::uint32_t watts);
  void set_unbalance_limit(std::uint32_t watts);
  [[nodiscard]] std::optional<std::uint32_t> power_limit() const { return power_limit_; }
  [[nodiscard]] std::optional<std::uint32_t> unbalance_limit() const { return unbalance_limit_; }

  /// `seconds` within one minute with the relay closed.
  void use(const PhaseWatts& watts, std::int64_t seconds);
  /// A full minute is over.
  [[nodiscard]] std::optional<Breach> minute_passed();

  struct Minute {
    std::array<std::int64_t, 3> watt_seconds{};
    std::int64_t seconds = 0;
  };
  /// For the saved state: finished minutes of the window, then the one that runs.
  [[nodiscard]] const std::vector<Minute>& window() const { return window_; }
  [[nodiscard]] const Minute& running() const { return running_; }
  void restore(std::optional<std::uint32_t> power_limit,
               std::optional<std::uint32_t> unbalance_limit, std::vector<Minute> window,
               const Minute& running);

 private:
  std::optional<std::uint32_t> power_limit_;
  std::optional<std::uint32_t> unbalance_limit_;
  std::vector<Minute> window_;  ///< oldest first, at most kWindowMinutes
  Minute running_;

  void begin_anew();
};

}  // namespace metergate::virtual_meter
