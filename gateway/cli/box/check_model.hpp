// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate check-model FILE`: a meter model judged, told, and tried on a virtual meter.
void add_check_model(CLI::App& app, Action& action);

}  // namespace metergate::cli
