// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate meters`: all meters, one a line.
void add_meters(CLI::App& app, Action& action);

}  // namespace metergate::cli
