// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate probe METER` and `metergate status`: short questions to the running gateway.
void add_probe(CLI::App& app, Action& action);
void add_status(CLI::App& app, Action& action);

}  // namespace metergate::cli
