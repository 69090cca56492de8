// SPDX-License-Identifier: Apache-2.0
#include "meters/reason.hpp"

#include <algorithm>

namespace metergate {

static_assert(
    [] {
      for (std::size_t i = 0; i < kReasons.size(); ++i) {
        if (static_cast<std::size_t>(kReasons[i].reason) != i) return false;
      }
      return true;
    }(),
    "kReasons stands in the order of the enumeration");

std::string_view reason_word(Reason reason) {
  return kReasons[static_cast<std::size_t>(reason)].word;
}

std::optional<Reason> parse_reason(std::string_view word) {
  const auto found = std::ranges::find(kReasons, word, &ReasonText::word);
  if (found == kReasons.end()) return std::nullopt;
  return found->reason;
}

}  // namespace metergate
