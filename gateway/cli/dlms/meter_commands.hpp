// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `discover`, `read` and `profile`: they ask one meter over its own wire, past the gateway.
void add_dlms_meter_commands(CLI::App& dlms, Action& action);

}  // namespace metergate::cli
