// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate console-user`: who may log in to the web console.
void add_console_user(CLI::App& app, Action& action);

}  // namespace metergate::cli
