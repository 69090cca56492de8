// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate sign`: a command's body with an operator's signature or approval in it.
void add_sign(CLI::App& app, Action& action);

}  // namespace metergate::cli
