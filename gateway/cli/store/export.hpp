// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate export`: stored data of all meters as files, one per data class.
void add_export(CLI::App& app, Action& action);

}  // namespace metergate::cli
