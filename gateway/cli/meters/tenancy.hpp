// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate tenancy METER`: whom a meter's data belongs to, since when, and what was verified.
void add_tenancy(CLI::App& app, Action& action);

}  // namespace metergate::cli
