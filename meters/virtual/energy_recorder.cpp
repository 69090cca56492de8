// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/energy_recorder.hpp"

#include <algorithm>
#include <utility>

namespace metergate::virtual_meter {
namespace {

// A power factor of about 0.95 in every household.
constexpr unsigned kReactivePercent = 33;
// Thrown away in one go, so that a full profile costs no shift per interval.
constexpr std::size_t kTrim = 256;

std::size_t depth_in(CapturePeriod period, std::chrono::days days) {
  return static_cast<std::size_t>(std::chrono::minutes{days} / period);
}

template <typename T>
void keep_newest(std::vector<T>& rows, std::size_t depth) {
  if (rows.size() < depth + kTrim) return;
  rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(depth));
}

}  // namespace

EnergyRecorder::EnergyRecorder(CapturePeriod period, UtcSeconds meter_time) : period_{period} {
  open(period_start(meter_time, period_));
}

void EnergyRecorder::open(UtcSeconds start) {
  open_start_ = start;
  open_wh_ = wh();
  open_varh_ = varh();
  open_seconds_ = 0;
  open_marks_ = 0;
}

void EnergyRecorder::use(unsigned watts, std::int64_t seconds) {
  watt_seconds_ += static_cast<std::int64_t>(watts) * seconds;
  var_seconds_ += static_cast<std::int64_t>(watts * kReactivePercent / 100) * seconds;
  open_seconds_ += seconds;
}

void EnergyRecorder::close_interval() {
  std::uint16_t marks = open_marks_;
  if (open_seconds_ < std::chrono::seconds{period_}.count()) marks |= IntervalMarks::kIncomplete;
  intervals_.push_back({open_start_, static_cast<std::uint32_t>(wh() - open_wh_),
                        static_cast<std::uint32_t>(varh() - open_varh_), marks});
  keep_newest(intervals_, depth_in(period_, kProfileDepth));
  open(open_start_ + period_);
}

void EnergyRecorder::clock_set(UtcSeconds to) {
  mark_open(IntervalMarks::kClockSet);
  const UtcSeconds start = period_start(to, period_);
  if (start > open_start_) {
    close_interval();
    open(start);
    mark_open(IntervalMarks::kClockSet);
  } else if (start < open_start_) {
    // Time that is lived a second time: its energy can't be told apart from the open interval's.
    mark_open(IntervalMarks::kDoubtful);
  }
}

void EnergyRecorder::take_snapshot(std::chrono::sys_days day, std::uint16_t marks) {
  if (!snapshots_.empty() && snapshots_.back().day >= day) return;
  snapshots_.push_back({day, wh(), varh(), marks});
  keep_newest(snapshots_, static_cast<std::size_t>(kProfileDepth.count()));
}

std::vector<StoredInterval> EnergyRecorder::purge_intervals(UtcSeconds before) {
  const auto end = std::ranges::lower_bound(intervals_, before, {}, &StoredInterval::start);
  std::vector<StoredInterval> gone{intervals_.begin(), end};
  intervals_.erase(intervals_.begin(), end);
  return gone;
}

std::vector<StoredSnapshot> EnergyRecorder::purge_snapshots(UtcSeconds before) {
  const auto end = std::ranges::find_if(
      snapshots_, [&](const StoredSnapshot& row) { return UtcSeconds{row.day} >= before; });
  std::vector<StoredSnapshot> gone{snapshots_.begin(), end};
  snapshots_.erase(snapshots_.begin(), end);
  return gone;
}

EnergyRecorder::Registers EnergyRecorder::registers() const {
  return {watt_seconds_, var_seconds_,  open_start_, open_wh_,
          open_varh_,    open_seconds_, open_marks_};
}

void EnergyRecorder::restore(const Registers& registers, std::vector<StoredInterval> intervals,
                             std::vector<StoredSnapshot> snapshots) {
  watt_seconds_ = registers.watt_seconds;
  var_seconds_ = registers.var_seconds;
  open_start_ = registers.open_start;
  open_wh_ = registers.open_wh;
  open_varh_ = registers.open_varh;
  open_seconds_ = registers.open_seconds;
  open_marks_ = registers.open_marks;
  intervals_ = std::move(intervals);
  snapshots_ = std::move(snapshots);
}

}  // namespace metergate::virtual_meter
