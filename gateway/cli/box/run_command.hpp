// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate run --config FILE`: the gateway itself.
void add_run(CLI::App& app, Action& action);

}  // namespace metergate::cli
