// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/console.hpp"

namespace metergate::cli {

/// `metergate events [ID]`: the event catalogue, for whoever stands before a log line.
void add_events(CLI::App& app, Action& action);

}  // namespace metergate::cli
