// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sstream>

#include "gateway/cli/console.hpp"

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

}  // namespace metergate::cli
