// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace metergate {

/// The week a day is stored under; weeks begin on Thursdays, as 1970-01-01 was one.
[[nodiscard]] constexpr std::int64_t week_of(std::chrono::sys_days day) {
  constexpr std::int64_t kDays = 7;
  const std::int64_t days = day.time_since_epoch().count();
  return (days - ((days % kDays) + kDays) % kDays) / kDays;
}
/// The four weeks that a day's load profile is found under.
[[nodiscard]] constexpr std::int64_t four_weeks_of(std::chrono::sys_days day) {
  constexpr std::int64_t kWeeks = 4;
  const std::int64_t week = week_of(day);
  return (week - ((week % kWeeks) + kWeeks) % kWeeks) / kWeeks;
}
static_assert(week_of(std::chrono::sys_days{std::chrono::days{7}}) == 1 &&
              week_of(std::chrono::sys_days{std::chrono::days{6}}) == 0 &&
              week_of(std::chrono::sys_days{std::chrono::days{-1}}) == -1);
static_assert(four_weeks_of(std::chrono::sys_days{std::chrono::days{28}}) == 1 &&
              four_weeks_of(std::chrono::sys_days{std::chrono::days{27}}) == 0 &&
              four_weeks_of(std::chrono::sys_days{std::chrono::days{-1}}) == -1);

}  // namespace metergate
