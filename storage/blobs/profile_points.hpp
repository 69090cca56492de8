// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "meters/load_profile.hpp"

namespace metergate {

/// One value of a load profile as the store sees it: the channel is its small number.
struct ProfilePoint {
  UtcSeconds start;
  std::int64_t channel = 0;
  std::int64_t value = 0;
  IntervalMarks marks;

  [[nodiscard]] std::tuple<UtcSeconds, std::int64_t> key() const { return {start, channel}; }
  friend bool operator==(const ProfilePoint&, const ProfilePoint&) = default;
};

/// Which of two values for the same interval and channel is kept: the one that was stored first,
/// unless the later one carries fewer of the meter's reservations (power down, clock set,
/// incomplete, estimated, doubtful). An estimate gives way to the measured value, a repeated read
/// changes nothing, and a meter that tells another story later doesn't rewrite history.
[[nodiscard]] bool later_is_better(IntervalMarks stored, IntervalMarks later);

struct MergedPoints {
  std::vector<ProfilePoint> points;  ///< ascending by start, then channel; each key once
  std::vector<UtcSeconds> changed;   ///< starts at which something was added or bettered
};

/// Puts two ascending lists together; `later` may repeat keys of `stored`, and by the rule above.
[[nodiscard]] MergedPoints merge_points(std::span<const ProfilePoint> stored,
                                        std::span<const ProfilePoint> later);

/// Brings a list into ascending order, each key once (the earlier in the list counts as stored).
void put_in_order(std::vector<ProfilePoint>& points);

}  // namespace metergate
