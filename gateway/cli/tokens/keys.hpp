// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate keys init | import | import-tables | list | remove | rotate`: the vending keys.
void add_keys(CLI::App& app, Action& action);

}  // namespace metergate::cli
