// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "gateway/cli/cli.hpp"
#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// A console that keeps what is said to it: no terminal, no colours, 100 columns.
struct TestConsole {
  std::ostringstream out;
  std::ostringstream err;
  Console console{.out = out,
                  .err = err,
                  .out_is_terminal = false,
                  .err_is_terminal = false,
                  .colours = false,
                  .columns = 100};
};

/// What a command line came to.
struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

inline Ran ran(std::vector<std::string> arguments) {
  TestConsole test;
  const int code = run(std::move(arguments), test.console);
  return {code, test.out.str(), test.err.str()};
}

}  // namespace metergate::cli
