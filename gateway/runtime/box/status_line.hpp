// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "gateway/metrics/figures.hpp"
#include "meters/time.hpp"

namespace metergate::runtime {

/// The box in the one line of `systemctl status`:
/// `124/128 meters, line-a 97 % busy, broker connected, 3 commands, outbox 0`.
class StatusLine {
 public:
  enum class Broker : std::uint8_t { None, Connected, Away };

  /// `broker`: the utility's. How busy a link was is told for the time since the call before, and
  /// only of the busiest: it is the one that decides how much more the box can carry.
  [[nodiscard]] std::string tell(const metrics::Figures& figures, Broker broker, Instant now);

 private:
  std::map<std::string, Duration> busy_before_;
  std::optional<Instant> told_at_;
};

}  // namespace metergate::runtime
