// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/limit_watch.hpp"

#include <algorithm>
#include <utility>

namespace metergate::virtual_meter {
namespace {
constexpr std::int64_t kMinute = 60;
}

void LimitWatch::set_power_limit(std::uint32_t watts) {
  power_limit_ = watts;
  begin_anew();
}

void LimitWatch::set_unbalance_limit(std::uint32_t watts) {
  unbalance_limit_ = watts;
  begin_anew();
}

void LimitWatch::begin_anew() {
  window_.clear();
  running_ = {};
}

void LimitWatch::use(const PhaseWatts& watts, std::int64_t seconds) {
  if (!power_limit_ && !unbalance_limit_) return;
  for (std::size_t phase = 0; phase < watts.size(); ++phase) {
    running_.watt_seconds[phase] += std::int64_t{watts[phase]} * seconds;
  }
  running_.seconds += seconds;
}

std::optional<LimitWatch::Breach> LimitWatch::minute_passed() {
  const Minute minute = std::exchange(running_, {});
  if (minute.seconds != kMinute) {
    window_.clear();
    return std::nullopt;
  }
  if (window_.size() == kWindowMinutes) window_.erase(window_.begin());
  window_.push_back(minute);
  if (window_.size() < kWindowMinutes) return std::nullopt;

  PhaseWatts average{};
  for (std::size_t phase = 0; phase < average.size(); ++phase) {
    std::int64_t sum = 0;
    for (const Minute& one : window_) sum += one.watt_seconds[phase];
    average[phase] = static_cast<unsigned>(sum / (kMinute * std::int64_t{kWindowMinutes}));
  }
  const unsigned total = average[0] + average[1] + average[2];
  if (power_limit_ && total > *power_limit_) {
    begin_anew();
    return Breach{LimitCause::PowerLimit, total};
  }
  const auto [least, most] = std::ranges::minmax(average);
  if (unbalance_limit_ && most - least > *unbalance_limit_) {
    begin_anew();
    return Breach{LimitCause::Unbalance, most - least};
  }
  return std::nullopt;
}

void LimitWatch::restore(std::optional<std::uint32_t> power_limit,
                         std::optional<std::uint32_t> unbalance_limit, std::vector<Minute> window,
                         const Minute& running) {
  power_limit_ = power_limit;
  unbalance_limit_ = unbalance_limit;
  window_ = std::move(window);
  running_ = running;
}

}  // namespace metergate::virtual_meter
