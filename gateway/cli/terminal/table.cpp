// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/terminal/table.hpp"

#include <algorithm>

namespace metergate::cli {

std::size_t shown_width(std::string_view text) {
  std::size_t width = 0;
  bool in_sequence = false;
  for (const char c : text) {
    if (c == '\x1b') in_sequence = true;
    const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    if (!in_sequence && !continues) ++width;
    if (c == 'm') in_sequence = false;
  }
  return width;
}

std::string Table::text() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = shown_width(columns_[i].title);
    for (const auto& row : rows_) {
      if (i < row.size()) width = std::max(width, shown_width(row[i]));
    }
    widths.push_back(width);
  }
  const auto line = [&](const auto& cell_of) {
    std::string out;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string cell = cell_of(i);
      const std::string blanks(widths[i] - shown_width(cell), ' ');
      if (i > 0) out += "  ";
      out += columns_[i].align == Align::Right ? blanks + cell : cell + blanks;
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out + '\n';
  };
  std::string out = line([&](std::size_t i) { return columns_[i].title; });
  for (const auto& row : rows_) {
    out += line([&](std::size_t i) { return i < row.size() ? row[i] : std::string{}; });
  }
  return out;
}

}  // namespace metergate::cli
