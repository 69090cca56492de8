// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "meters/time.hpp"

namespace metergate::work {

/// How often a meter's limits switch its supply: once is a kettle too many, again and again is a
/// household that does not know its limit (acceptance row J-32). Counted by the meter's clock.
class LimitCycles {
 public:
  static constexpr std::size_t kTold = 3;
  static constexpr std::chrono::hours kWithin{1};
  /// What the meter wrote down so long before it was read is history and no news.
  static constexpr std::chrono::hours kNews{24};

  /// The limit was passed at `at`. How often within the hour, when that is to be told: kTold times
  /// at least, and not told within the hour.
  [[nodiscard]] std::optional<std::size_t> exceeded(UtcSeconds at, UtcSeconds now);

 private:
  std::vector<UtcSeconds> times_;
  std::optional<UtcSeconds> told_;
};

}  // namespace metergate::work
