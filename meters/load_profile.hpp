// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meters/time.hpp"
#include "protocols/cosem/obis_code.hpp"

namespace metergate {

/// What the meter marked on a value; kept as given for as long as the value is kept (promise 9).
/// Bits, because several can hold at once.
struct IntervalMarks {
  std::uint16_t bits = 0;

  static constexpr std::uint16_t kPowerDown = 1U << 0;   ///< no supply for part of the interval
  static constexpr std::uint16_t kClockSet = 1U << 1;    ///< the meter's clock was set inside it
  static constexpr std::uint16_t kIncomplete = 1U << 2;  ///< shorter than the capture period
  static constexpr std::uint16_t kEstimated = 1U << 3;   ///< not measured
  static constexpr std::uint16_t kDaylightSaving = 1U << 4;  ///< summer time was active
  static constexpr std::uint16_t kDoubtful = 1U << 5;        ///< the meter does not vouch for it

  /// The words of the marks, for JSON and the terminal: `power-down`, `clock-set`, ...
  [[nodiscard]] std::vector<std::string> words() const;

  friend constexpr bool operator==(IntervalMarks, IntervalMarks) = default;
};

/// A channel of a load profile or of a daily snapshot: what is captured, in which step.
/// Values are integers in 10^scale of the unit the model names for the code.
struct IntervalValue {
  cosem::ObisCode channel;
  std::int64_t value = 0;
  IntervalMarks marks;

  friend bool operator==(const IntervalValue&, const IntervalValue&) = default;
};

/// One row of a load profile: everything captured for the period that begins at `start`
/// (period start, UTC on the meter's standard time; COSEM stamps the end, drivers convert).
struct ProfileInterval {
  UtcSeconds start;
  std::vector<IntervalValue> values;

  friend bool operator==(const ProfileInterval&, const ProfileInterval&) = default;
};

/// The registers as they stood at midnight, standard time, at the start of `day`.
struct DailySnapshot {
  std::chrono::sys_days day;
  std::vector<IntervalValue> values;

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
