// SPDX-License-Identifier: Apache-2.0
#include "gateway/journal/events.hpp"

#include <algorithm>

#include "protocols/word_list.hpp"

namespace metergate::journal {
namespace {
constexpr std::array<std::string_view, 4> kLevelWords{"debug", "info", "warning", "error"};
}

std::string_view level_word(Level level) { return word_of(kLevelWords, level); }

std::optional<Level> parse_level(std::string_view word) {
  return parse_word<Level>(kLevelWords, word);
}

const EventDefinition* find_event(std::string_view id) {
  const auto* const found = std::ranges::find(kCatalogue, id, &EventDefinition::id);
  return found == kCatalogue.end() ? nullptr : *found;
}

}  // namespace metergate::journal
