// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate scan LINE`: who answers on a line, and which models they could be.
void add_scan(CLI::App& app, Action& action);

}  // namespace metergate::cli
