// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate show METER`: everything known of one meter on one screen.
void add_show(CLI::App& app, Action& action);

}  // namespace metergate::cli
