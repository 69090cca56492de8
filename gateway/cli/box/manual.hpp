// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "gateway/cli/terminal/console.hpp"

/// Man pages and shell completion, written from the command line itself when the package is built.
namespace metergate::cli {

/// Files by name: `metergate.1`, one `metergate-<subcommand>.1` each, and `metergate.bash`.
[[nodiscard]] std::map<std::string, std::string> manual_of(const CLI::App& app);

/// `metergate manual DIR`, which `--help` does not list: for the build of the package.
void add_manual(CLI::App& app, Action& action);

}  // namespace metergate::cli
