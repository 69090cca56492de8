// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include "gateway/console/target.hpp"
#include "protocols/iso8601/rfc3339.hpp"

namespace metergate::console {

/// From the first moment up to the second, which is no more part of it.
struct TimeRange {
  UtcSeconds from;
  UtcSeconds to;
};

/// `from` and `to` of a query, RFC 3339. Without `to` the range ends now, without `from` it is as
/// long as `usual`. Nothing for what is no time, an end that is not after the beginning, and for
/// more than `longest`.
[[nodiscard]] std::optional<TimeRange> time_range(const Target& target, UtcTime now,
                                                  std::chrono::seconds usual,
                                                  std::chrono::seconds longest);

}  // namespace metergate::console
