// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate release-fuse`: a person lets more supplies be opened from afar.
void add_release_fuse(CLI::App& app, Action& action);

}  // namespace metergate::cli
