// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/table_reader.hpp"
#include "meters/access_rules.hpp"

namespace metergate::config {

/// `[access]`, `[[role]]` and `[[operator]]`. Any of them makes the rules configured.
[[nodiscard]] AccessRules read_access(TableReader& root);

}  // namespace metergate::config
