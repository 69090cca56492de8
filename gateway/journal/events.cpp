// SPDX-License-Identifier: Apache-2.0
#include "gateway/journal/events.hpp"

#include <algorithm>

namespace metergate::journal {
namespace {
constexpr std::array<std::string_view, 4> kLevelWords{"debug", "info", "warning", "error"};
}

std::string_view level_word(Level level) { return kLevelWords[static_cast<std::size_t>(level)]; }

std::optional<Level> parse_level(std::string_view word) {
  const auto* const found = std::ranges::find(kLevelWords, word);
  if (found == kLevelWords.end()) return std::nullopt;
  return static_cast<Level>(found - kLevelWords.begin());
}

const EventDefinition* find_event(std::string_view id) {
  const auto* const found = std::ranges::find(kCatalogue, id, &EventDefinition::id);
  return found == kCatalogue.end() ? nullptr : *found;
}

}  // namespace metergate::journal
