// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// The program: reads the command line, does what it says, returns the exit code
/// (gateway/cli/exit_codes.hpp).
int run(int argc, char** argv);

/// The same on a given console; `arguments` without the program's name.
int run(std::vector<std::string> arguments, Console& console);

}  // namespace metergate::cli
