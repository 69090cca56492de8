// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate sim ctl`, `key-in` and `keys`: what is asked of a running street.
void add_sim_street(CLI::App& sim, Action& action);

}  // namespace metergate::cli
