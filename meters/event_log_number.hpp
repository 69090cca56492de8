// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "meters/time.hpp"

/// Running numbers for the entries of a log that has none: half seconds since 2000, so that two
/// entries of one second are told apart; a third one takes the next number that is free. The same
/// entry gets the same number whenever the log is read, from the same row or from an earlier one.
namespace metergate::timed_log {

inline constexpr UtcSeconds kFirst{std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}};
inline constexpr std::int64_t kPerSecond = 2;

/// So far back is read again: a clock that is set back by less hides no entry, and entries that
/// crowd in one second keep their numbers.
inline constexpr std::chrono::hours kLookBack{1};

/// The time from which the entries behind `after` have to be read; 0: all.
[[nodiscard]] constexpr UtcSeconds read_from(std::uint32_t after) {
  if (after == 0) return kFirst;
  return std::max(kFirst, kFirst + std::chrono::seconds{after / kPerSecond} - kLookBack);
}

/// Numbers entries in the order in which they were logged, whatever their times say.
class Numbering {
 public:
  [[nodiscard]] constexpr std::uint32_t next(UtcSeconds time) {
    const std::int64_t wanted = std::max<std::int64_t>((time - kFirst).count() * kPerSecond, 1);
    last_ = std::max(last_ + 1, std::min<std::int64_t>(wanted, 0xFFFF'0000));
    return static_cast<std::uint32_t>(last_);
  }

 private:
  std::int64_t last_ = 0;
};

}  // namespace metergate::timed_log
