// SPDX-License-Identifier: Apache-2.0
#include "meters/capability.hpp"

#include <array>

#include "protocols/word_list.hpp"

namespace metergate {
namespace {
// In the order of the enumeration.
constexpr std::array<std::string_view, 15> kWords{
    "registers",    "daily",      "profile",       "logs",           "read-clock",
    "set-clock",    "read-relay", "operate-relay", "close-relay",    "tokens",
    "transactions", "billing",    "tariffs",       "change-tenancy", "change-supplier"};
}  // namespace

std::string_view capability_word(Capability capability) { return word_of(kWords, capability); }

std::optional<Capability> parse_capability(std::string_view word) {
  return parse_word<Capability>(kWords, word);
}

std::vector<std::string_view> CapabilitySet::words() const {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (has(static_cast<Capability>(i))) out.push_back(kWords[i]);
  }
  return out;
}

}  // namespace metergate
