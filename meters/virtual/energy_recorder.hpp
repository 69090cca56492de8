// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "meters/load_profile.hpp"

namespace metergate::virtual_meter {

/// A closed interval as the meter keeps it: a quarter of the size of a ProfileInterval, since a
/// street holds thousands of meters.
struct StoredInterval {
  UtcSeconds start;
  std::uint32_t wh = 0;
  std::uint32_t varh = 0;
  std::uint16_t marks = 0;
};

struct StoredSnapshot {
  std::chrono::sys_days day;
  std::int64_t wh = 0;
  std::int64_t varh = 0;
  std::uint16_t marks = 0;
};

/// The energy registers and what is captured from them. An interval's value is the difference of
/// the whole-Wh register at its two ends, so the profile always adds up to the register. A closed
/// interval never changes and starts only ascend: what is used while a clock that was set back
/// lives through closed intervals again goes to the next one.
class EnergyRecorder {
 public:
  static constexpr std::chrono::days kProfileDepth{395};  // utrn-and-premier.md 1.2, at 30 min

  EnergyRecorder(CapturePeriod period, UtcSeconds meter_time);

  /// `seconds` of constant load within the open interval.
  void use(unsigned watts, std::int64_t seconds);
  void mark_open(std::uint16_t marks) {
    open_marks_ = static_cast<std::uint16_t>(open_marks_ | marks);
  }
  /// The clock has reached `open_end()`.
  void close_interval();
  /// The clock was set to `to`, forwards or back.
  void clock_set(UtcSeconds to);
  /// Midnight at the start of `day`; taken once a day.
  void take_snapshot(std::chrono::sys_days day, std::uint16_t marks);

  /// Takes away closed intervals that start earlier; the open one goes on. Returns what went.
  std::vector<StoredInterval> purge_intervals(UtcSeconds before);
  /// Takes away the snapshots of midnights before `before`; returns what went.
  std::vector<StoredSnapshot> purge_snapshots(UtcSeconds before);

  [[nodiscard]] std::int64_t wh() const { return watt_seconds_ / 3600; }
  [[nodiscard]] std::int64_t varh() const { return var_seconds_ / 3600; }
  [[nodiscard]] UtcSeconds open_start() const { return open_start_; }
  [[nodiscard]] UtcSeconds open_end() const { return open_start_ + period_; }
  [[nodiscard]] const std::vector<StoredInterval>& intervals() const { return intervals_; }
  [[nodiscard]] const std::vector<StoredSnapshot>& snapshots() const { return snapshots_; }

  /// Everything that makes it, for the saved state.
  struct Registers {
    std::int64_t watt_seconds = 0;
    std::int64_t var_seconds = 0;
    UtcSeconds open_start;
    std::int64_t open_wh = 0;  ///< the register when the interval opened
    std::int64_t open_varh = 0;
    std::int64_t open_seconds = 0;  ///< lived within it
    std::uint16_t open_marks = 0;
  };
  [[nodiscard]] Registers registers() const;
  void restore(const Registers& registers, std::vector<StoredInterval> intervals,
               std::vector<StoredSnapshot> snapshots);

 private:
  CapturePeriod period_;
  std::int64_t watt_seconds_ = 0;
  std::int64_t var_seconds_ = 0;
  UtcSeconds open_start_;
  std::int64_t open_wh_ = 0;
  std::int64_t open_varh_ = 0;
  std::int64_t open_seconds_ = 0;
  std::uint16_t open_marks_ = 0;
  std::vector<StoredInterval> intervals_;
  std::vector<StoredSnapshot> snapshots_;

  void open(UtcSeconds start);
};

}  // namespace metergate::virtual_meter
