// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate token decode | check | make`: digits on a bench, with test keys from a file.
void add_token(CLI::App& app, Action& action);

}  // namespace metergate::cli
