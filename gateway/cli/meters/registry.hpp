// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate registry ...`: which meter stands where for whom, and changes of that.
void add_registry(CLI::App& app, Action& action);

}  // namespace metergate::cli
