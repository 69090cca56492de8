// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metergate::console {

/// A request's target taken apart: `/api/meters/m1/daily?from=2026-03-01`.
struct Target {
  std::vector<std::string> path;             ///< `api`, `meters`, `m1`, `daily`; none for `/`
  std::map<std::string, std::string> query;  ///< the first of several with one name counts
};

inline constexpr std::size_t kMaxTargetOctets = 2'048;

/// Nothing for what is no absolute path of printable ASCII, for a broken percent escape, an escaped
/// slash or zero octet, an empty segment and for `.` and `..`: none of them is ever needed here.
[[nodiscard]] std::optional<Target> parse_target(std::string_view text);

}  // namespace metergate::console
