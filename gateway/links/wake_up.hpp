// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>

namespace metergate {

/// How long before a moment to ask to be woken so as to be awake at it: wake-ups come late, on a
/// virtual machine by 50 to 150 us. Felt for as a line's silences pass. Values in, values out.
class WakeUp {
 public:
  using Time = std::chrono::nanoseconds;

  [[nodiscard]] Time lead() const { return lead_; }

  /// It came so long after it was asked for.
  void came(Time late) {
    lead_ = late < lead_ ? std::max(lead_ - kBack, Time{0}) : std::min(lead_ + kOn, kMost);
  }

 private:
  /// Too early is awake for a few microseconds, too late is the line's time: early once in nine.
  static constexpr Time kOn{1'000};
  static constexpr Time kBack = 8 * kOn;
  static constexpr Time kMost{200'000};

  Time lead_{0};
};

}  // namespace metergate
