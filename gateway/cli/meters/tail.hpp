// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate tail`: the journal as the ledger keeps it, also while the gateway is down.
void add_tail(CLI::App& app, Action& action);

}  // namespace metergate::cli
