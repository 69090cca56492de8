// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/terminal/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "gateway/cli/exit_codes.hpp"

namespace metergate::cli {
namespace {

constexpr unsigned kNarrowest = 20;
constexpr unsigned kUsual = 80;

unsigned terminal_columns() {
  if (const char* const given = std::getenv("COLUMNS"); given != nullptr) {
    const std::string_view text{given};
    unsigned columns = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), columns);
    if (error == std::errc{} && columns >= kNarrowest) return columns;
  }
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= kNarrowest;
  return known ? size.ws_col : kUsual;
}

}  // namespace

Console Console::of_process() {
  const bool terminal = isatty(STDOUT_FILENO) != 0;
  // https://no-color.org: set and not empty means off.
  const char* const unwanted = std::getenv("NO_COLOR");
  return {.out = std::cout,
          .err = std::cerr,
          .out_is_terminal = terminal,
          .err_is_terminal = isatty(STDERR_FILENO) != 0,
          .colours = terminal && (unwanted == nullptr || *unwanted == '\0'),
          .columns = terminal_columns()};
}

CliError usage_error(std::string text) { return {kUsage, std::move(text)}; }

int complain(Console& console, const CliError& error) {
  console.err << "metergate: " << error.text << '\n';
  return error.code;
}

std::string painted(const Console& console, Paint paint, std::string_view text) {
  constexpr std::array<std::string_view, 5> kCodes{"1", "2", "1;31", "32", "33"};
  if (!console.colours) return std::string{text};
  std::string out = "\x1b[";
  out += kCodes[static_cast<std::size_t>(paint)];
  out += 'm';
  out += text;
  return out + "\x1b[0m";
}

}  // namespace metergate::cli
