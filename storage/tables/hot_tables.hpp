// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "storage/sqlite/statement.hpp"

namespace metergate {

/// The two tables of the hot load profile: rows of even days stand in `profile_hot_0`, of odd days
/// in `profile_hot_1` (0001_initial.sql says why).
enum class HotTable : std::uint8_t { Even, Odd };
inline constexpr std::array kHotTables{HotTable::Even, HotTable::Odd};

[[nodiscard]] constexpr HotTable hot_table_of(std::chrono::sys_days day) {
  return day.time_since_epoch().count() % 2 == 0 ? HotTable::Even : HotTable::Odd;
}

/// Whether rows that start in [from, to) may stand in the table: a day's rows stand in one of them.
[[nodiscard]] constexpr bool may_hold(HotTable table, std::chrono::sys_seconds from,
                                      std::chrono::sys_seconds to) {
  const auto first = std::chrono::floor<std::chrono::days>(from);
  return to > first + std::chrono::days{1} || hot_table_of(first) == table;
}

namespace detail {

template <std::size_t N>
struct FixedText {
  consteval FixedText(const char (&from)[N]) { std::copy_n(from, N, text); }
  char text[N];
};

template <FixedText pattern, char number>
consteval auto numbered() {
  auto out = pattern;
  std::ranges::replace(out.text, '#', number);
  return out;
}

template <FixedText pattern>
struct Statements {
  static constexpr auto kEvenText = numbered<pattern, '0'>();
  static constexpr auto kOddText = numbered<pattern, '1'>();
  static constexpr sqlite::Sql kEven{kEvenText.text};
  static constexpr sqlite::Sql kOdd{kOddText.text};
};

}  // namespace detail

/// `hot_sql<"SELECT ... FROM profile_hot_# ...">(table)`: the statement for one of the tables.
template <detail::FixedText pattern>
[[nodiscard]] constexpr sqlite::Sql hot_sql(HotTable table) {
  return table == HotTable::Even ? detail::Statements<pattern>::kEven
                                 : detail::Statements<pattern>::kOdd;
}

}  // namespace metergate
