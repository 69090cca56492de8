// SPDX-License-Identifier: Apache-2.0
#include "config/nearest_word.hpp"

#include <algorithm>
#include <numeric>

namespace metergate::config {
namespace {

constexpr std::size_t kLongestCompared = 64;
constexpr std::size_t kShortestBeginning = 4;

// Levenshtein's distance, one row at a time.
std::size_t letters_apart(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string> nearest_word(std::string_view written,
                                        const std::vector<std::string>& known) {
  if (written.size() > kLongestCompared) return std::nullopt;
  std::optional<std::string> nearest;
  std::size_t fewest = std::max<std::size_t>(2, written.size() / 3) + 1;
  for (const std::string& word : known) {
    const std::size_t apart = letters_apart(written, word);
    if (apart >= fewest) continue;
    fewest = apart;
    nearest = word;
  }
  if (nearest || written.size() < kShortestBeginning) return nearest;
  // `password` for `password_file`: a unit or an ending forgotten.
  const auto longer =
      std::ranges::find_if(known, [&](const auto& word) { return word.starts_with(written); });
  if (longer != known.end()) nearest = *longer;
  return nearest;
}

}  // namespace metergate::config
