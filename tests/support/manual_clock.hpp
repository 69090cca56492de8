// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "gateway/runtime/clock.hpp"

namespace metergate::test {

/// Time that passes only when told to; both clocks together, unless the wall clock is stepped.
class ManualClock : public runtime::Clock {
 public:
  explicit ManualClock(UtcTime start) : now_{Instant{std::chrono::hours{1'000}}, start} {}

  [[nodiscard]] Now now() const override { return now_; }
  void advance(Duration by) {
    now_.instant += by;
    now_.utc += std::chrono::duration_cast<std::chrono::milliseconds>(by);
  }
  void advance_to(Instant when) {
    if (when > now_.instant) advance(when - now_.instant);
  }
  /// Somebody sets the box's clock.
  void step_wall_clock(std::chrono::milliseconds by) { now_.utc += by; }

 private:
  Now now_;
};

}  // namespace metergate::test
