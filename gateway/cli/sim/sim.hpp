// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate sim`: a street of virtual meters, for trying things out and for demonstrations.
void add_sim(CLI::App& app, Action& action);

}  // namespace metergate::cli
