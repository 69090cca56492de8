// SPDX-License-Identifier: Apache-2.0
#include "gateway/access/limits.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

namespace metergate::access {
namespace {

struct Range {
  std::int64_t lowest;
  std::int64_t highest;

  [[nodiscard]] bool has(std::int64_t value) const { return value >= lowest && value <= highest; }
};

/// Nothing for a function whose value no role limits.
std::optional<Range> range_of(const Role& role, TokenFunction function) {
  switch (function) {
    case TokenFunction::Credit:
      return Range{1, role.credit_limit_wh};
    case TokenFunction::FreeIssue:
      return Range{1, role.free_issue_limit_wh};
    case TokenFunction::PowerLimit:
    case TokenFunction::PhaseUnbalanceLimit:
      return Range{role.power_limit_min_w, role.power_limit_max_w};
    default:
      return std::nullopt;
  }
}

std::string allowed_by(const std::vector<const Role*>& roles, TokenFunction function,
                       std::string_view unit) {
  std::string out;
  for (const Role* role : roles) {
    const auto range = range_of(*role, function);
    if (!range) continue;
    out += (out.empty() ? "" : ", or ") + std::to_string(range->lowest) + " to " +
           std::to_string(range->highest) + ' ' + std::string{unit} + " (role " + role->name + ')';
  }
  return out;
}

}  // namespace

std::optional<Refusal> judge_limits(std::vector<const Role*>& roles, const TokenOrder& order) {
  const auto is_beyond = [&](const Role* role) {
    const auto range = range_of(*role, order.function);
    return range && !range->has(order.value);
  };
  if (std::ranges::all_of(roles, is_beyond)) {
    const bool is_energy = traits_of(order.function).value == TokenValue::EnergyWh;
    return Refusal{Reason::OverLimit, is_energy ? "params.energy_wh" : "params.power_w",
                   std::to_string(order.value),
                   allowed_by(roles, order.function, is_energy ? "Wh" : "W")};
  }
  std::erase_if(roles, is_beyond);
  return std::nullopt;
}

}  // namespace metergate::access
