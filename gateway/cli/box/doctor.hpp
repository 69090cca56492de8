// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate doctor`: is everything there that the gateway needs, and if not, what to do.
void add_doctor(CLI::App& app, Action& action);

}  // namespace metergate::cli
