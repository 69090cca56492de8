// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate decode WHAT`: whatever an engineer has copied from a log, a display or a line.
void add_decode(CLI::App& app, Action& action);

}  // namespace metergate::cli
