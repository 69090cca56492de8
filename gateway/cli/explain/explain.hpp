// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// What a line's id means and what to do; an exit code.
int explain_event(Console& console, const std::string& id);

/// `metergate events [ID]`: the event catalogue, for whoever stands before a log line.
void add_events(CLI::App& app, Action& action);

}  // namespace metergate::cli
