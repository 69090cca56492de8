// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "meters/interval_values.hpp"
#include "meters/time.hpp"

namespace metergate {

/// One row of a load profile: everything captured for the period that begins at `start`
/// (period start, UTC on the meter's standard time; COSEM stamps the end, drivers convert).
struct ProfileInterval {
  UtcSeconds start;
  IntervalValues values;

  friend bool operator==(const ProfileInterval&, const ProfileInterval&) = default;
};

/// The registers as they stood at midnight, standard time, at the start of `day`.
struct DailySnapshot {
  std::chrono::sys_days day;
  IntervalValues values;

  friend bool operator==(const DailySnapshot&, const DailySnapshot&) = default;
};

/// Capture period (COSEM) = survey integration period (SIP, Secure): 15, 30 or 60 minutes.
using CapturePeriod = std::chrono::minutes;

/// A stretch of intervals, end excluded.
struct IntervalRange {
  UtcSeconds from;
  UtcSeconds to;

  friend constexpr bool operator==(const IntervalRange&, const IntervalRange&) = default;
};

/// The start of the period that holds `time`.
[[nodiscard]] constexpr UtcSeconds period_start(UtcSeconds time, CapturePeriod period) {
  const auto since_epoch = time.time_since_epoch();
  const auto step = std::chrono::seconds{period};
  auto rest = since_epoch % step;
  if (rest < std::chrono::seconds{0}) rest += step;
  return time - rest;
}

}  // namespace metergate
