// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "protocols/iso8601/rfc3339.hpp"

namespace metergate {

/// Monotonic time: deadlines, pauses and time-outs live on it, so a clock step moves none of them.
using Instant = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

/// Both clocks as read at one moment; the pure layers are handed this and never ask for themselves.
struct Now {
  Instant instant;
  UtcTime utc;
};

}  // namespace metergate
