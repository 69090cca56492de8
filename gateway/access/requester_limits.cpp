// SPDX-License-Identifier: Apache-2.0
#include "gateway/access/requester_limits.hpp"

#include <algorithm>
#include <chrono>

namespace metergate::access {
namespace {

/// A bucket fills by `per_minute` parts in a millisecond.
constexpr std::int64_t kPartsOfCommand = std::chrono::milliseconds{std::chrono::minutes{1}}.count();
/// Fills any bucket there can be, and keeps the product small.
constexpr std::chrono::hours kLongEnough{24 * 365};

}  // namespace

std::optional<Duration> RequesterLimits::take(const std::string& requester, Instant now) {
  if (rate_.per_minute == 0) return std::nullopt;
  const std::int64_t full = rate_.burst * kPartsOfCommand;
  Bucket& bucket = buckets_.try_emplace(requester, Bucket{full, now}).first->second;
  const auto elapsed = std::chrono::floor<std::chrono::milliseconds>(
      std::clamp<Duration>(now - bucket.filled, Duration{0}, kLongEnough));
  bucket.level = std::min(full, bucket.level + elapsed.count() * rate_.per_minute);
  // What is less than a millisecond counts the next time.
  bucket.filled = bucket.level == full ? now : bucket.filled + elapsed;
  if (bucket.level >= kPartsOfCommand) {
    bucket.level -= kPartsOfCommand;
    return std::nullopt;
  }
  const std::int64_t missing = kPartsOfCommand - bucket.level;
  return std::chrono::milliseconds{(missing + rate_.per_minute - 1) / rate_.per_minute};
}

}  // namespace metergate::access
