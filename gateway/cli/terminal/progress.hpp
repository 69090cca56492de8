// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// How far long work has got, on one line of the terminal that is wiped at the end. Where `err` is
/// no terminal nothing is drawn.
class Progress {
 public:
  Progress(Console& console, std::string label, std::size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::size_t by = 1);
  /// What is being worked on, shown behind the bar.
  void at(std::string_view what);

 private:
  void draw();

  Console& console_;
  std::string label_;
  std::string what_;
  std::size_t total_;
  std::size_t done_ = 0;
  std::chrono::steady_clock::time_point drawn_at_;
};

/// `label  [#######·········]  43 %  3/7`, at most `columns` wide.
[[nodiscard]] std::string progress_line(std::string_view label, std::size_t done, std::size_t total,
                                        std::string_view what, unsigned columns);

}  // namespace metergate::cli
