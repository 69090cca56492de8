// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate check-config FILE`: every mistake at once, before the gateway meets it.
void add_check_config(CLI::App& app, Action& action);

}  // namespace metergate::cli
