// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "meters/time.hpp"

namespace metergate::access {

/// How many commands are taken from one requester: a bucket for each, full at first, that fills up
/// again at a steady rate (faults.md S17). No requester's commands cost another one any.
class RequesterLimits {
 public:
  struct Rate {
    std::uint32_t per_minute = 0;  ///< 0: as many as come
    std::uint32_t burst = 1;       ///< how many may come at once
  };
  explicit RequesterLimits(Rate rate) : rate_{rate} {}

  /// Takes one out of the requester's bucket. In an empty one there is none: how long until there
  /// is one again.
  [[nodiscard]] std::optional<Duration> take(const std::string& requester, Instant now);

 private:
  struct Bucket {
    std::int64_t level;  ///< in parts of a command
    Instant filled;      ///< up to then
  };
  Rate rate_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace metergate::access
