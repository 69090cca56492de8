// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate store check|backup|vacuum|repair`: the ledger as a file.
void add_store(CLI::App& app, Action& action);

}  // namespace metergate::cli
