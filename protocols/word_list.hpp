// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

/// The words of an enumeration whose values count up from zero, listed in its order.
namespace metergate {

template <typename Enum, std::size_t N>
[[nodiscard]] constexpr std::string_view word_of(const std::array<std::string_view, N>& words,
                                                 Enum value) {
  return words[static_cast<std::size_t>(value)];
}

/// The value a word stands for; nothing for a word that is not in the list.
template <typename Enum, std::size_t N>
[[nodiscard]] constexpr std::optional<Enum> parse_word(const std::array<std::string_view, N>& words,
                                                       std::string_view word) {
  const auto found = std::ranges::find(words, word);
  if (found == words.end()) return std::nullopt;
  return static_cast<Enum>(found - words.begin());
}

}  // namespace metergate
