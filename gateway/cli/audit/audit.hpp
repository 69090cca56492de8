// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate audit verify | list | head`: who did what, and whether that is still what was
/// written.
void add_audit(CLI::App& app, Action& action);

}  // namespace metergate::cli
