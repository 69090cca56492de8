// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <string_view>

#include "protocols/result.hpp"

namespace CLI {
class App;
}

namespace metergate::cli {

/// Where a subcommand speaks: data to `out`, remarks and progress to `err`.
struct Console {
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool colours = false;  ///< on `out`
  unsigned columns = 80;

  /// The console of this process: terminals are looked at, `NO_COLOR` and `COLUMNS` respected.
  [[nodiscard]] static Console of_process();
};

/// What the chosen subcommand does, filled in while the command line is read.
using Action = std::function<int(Console&)>;

/// Why a subcommand stops: what it says on `err`, and its exit code.
struct CliError {
  int code = 0;
  std::string text;
};

/// What the command line says cannot be done as it stands.
[[nodiscard]] CliError usage_error(std::string text);

template <typename T>
using CliResult = Result<T, CliError>;

/// Says `metergate: <text>` and returns the code.
int complain(Console& console, const CliError& error);

enum class Paint : unsigned char { Bold, Dim, Red, Green, Yellow };
/// `text` in a colour where the console shows colours, else as it is.
[[nodiscard]] std::string painted(const Console& console, Paint paint, std::string_view text);

}  // namespace metergate::cli
