// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/console.hpp"

namespace metergate::cli {

/// `metergate send VERB METER ...`: a command to a meter, waited for, step by step.
void add_send(CLI::App& app, Action& action);

}  // namespace metergate::cli
