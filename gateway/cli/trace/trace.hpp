// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate trace METER`: what passes between the gateway and one meter, for a while.
void add_trace(CLI::App& app, Action& action);

}  // namespace metergate::cli
