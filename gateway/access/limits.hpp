// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "meters/access_rules.hpp"
#include "meters/outcome.hpp"
#include "meters/token_order.hpp"

namespace metergate::access {

/// Leaves of `roles` those whose limits the order keeps. When none is left, a refusal that names
/// what the widest of them allows.
[[nodiscard]] std::optional<Refusal> judge_limits(std::vector<const Role*>& roles,
                                                  const TokenOrder& order);

}  // namespace metergate::access
