// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/schema.hpp"
#include "gateway/doctor/finding.hpp"
#include "meters/access_rules.hpp"

namespace metergate::doctor {

/// Whether somebody can log in to the web console, and whether every login's operator is there.
[[nodiscard]] Findings look_at_logins(const config::Console& console, const AccessRules& rules);

}  // namespace metergate::doctor
