// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "meters/time.hpp"

namespace metergate::sim {

/// The street's true time: the wall clock, or a time that began at some moment and runs `speed`
/// times as fast. Safe to ask from any thread.
class StreetClock {
 public:
  StreetClock() = default;
  /// At wall time `wall` it was `street` on the street.
  StreetClock(double speed, UtcSeconds wall, UtcSeconds street)
      : speed_{speed}, wall_{wall}, street_{street} {}

  [[nodiscard]] UtcSeconds now() const {
    using namespace std::chrono;
    const duration<double> passed = system_clock::now() - wall_;
    return street_ + floor<seconds>(passed * speed_);
  }
  [[nodiscard]] double speed() const { return speed_; }

 private:
  double speed_ = 1.0;
  UtcSeconds wall_;
  UtcSeconds street_;
};

}  // namespace metergate::sim
