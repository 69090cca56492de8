// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace metergate::cli {

/// Rows and columns for people: aligned, two blanks between, numbers to the right.
class Table {
 public:
  enum class Align : unsigned char { Left, Right };
  struct Column {
    std::string title;
    Align align = Align::Left;
  };

  explicit Table(std::vector<Column> columns) : columns_{std::move(columns)} {}
  /// Takes one cell per column; missing ones stay empty.
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// How many columns of a terminal the text takes: characters, colour sequences not counted.
[[nodiscard]] std::size_t shown_width(std::string_view text);

}  // namespace metergate::cli
