// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "meters/time.hpp"

/// Every deadline, retry and limit of the work with meters, in one place.
namespace metergate::work {

struct OrderPolicy {
  /// Transmissions of one order, counting those that were proved not to have arrived.
  std::uint32_t max_attempts = 3;
  /// The same where the gateway itself ended before the answer came, which is no fault of the
  /// meter's. Not for ever: the order might be what ends it.
  std::uint32_t max_attempts_over_restarts = 20;
  /// Pause before a meter that did not answer is read again to settle an unconfirmed order.
  Duration settle_pause_min = std::chrono::seconds{2};
  Duration settle_pause_max = std::chrono::seconds{60};
  /// Unconfirmed for longer is final.
  Duration settle_limit = std::chrono::hours{24};
  /// A relay may still be moving so long after the order, and shows its old state meanwhile.
  Duration relay_settling = std::chrono::seconds{30};
  /// Pause before an order waits for its turn again after the meter fell silent.
  Duration turn_pause = std::chrono::seconds{2};
  /// A clock that is this close to what was set counts as set (read-back without transaction ids).
  std::chrono::seconds clock_tolerance{10};
};

/// Older than anything a meter keeps (utrn-and-premier.md 1.2: 792 days at 60 minutes).
inline constexpr std::chrono::days kBeyondMemory{1'200};

struct ReadPolicy {
  /// Times a read command asks again after answers that made no sense. A meter that is silent is
  /// asked until the command expires.
  std::uint32_t max_attempts = 5;
  Duration pause = std::chrono::seconds{5};
  Duration silent_pause = std::chrono::minutes{5};  ///< or until the meter is heard again
};

struct HolePolicy {
  std::uint32_t max_tries = 5;
  std::chrono::seconds first_pause{600};  ///< doubles with each try
};

}  // namespace metergate::work
