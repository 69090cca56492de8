// SPDX-License-Identifier: Apache-2.0
#include "meters/supply.hpp"

#include <array>
#include <utility>

#include "protocols/word_list.hpp"

namespace metergate {
namespace {
constexpr std::array<std::string_view, 4> kStates{"unknown", "off", "armed", "on"};
}

std::string_view supply_word(SupplyState state) { return word_of(kStates, state); }

std::optional<SupplyState> parse_supply(std::string_view word) {
  return parse_word<SupplyState>(kStates, word);
}

std::vector<std::string> SupplyCauses::words() const {
  static constexpr std::array<std::pair<std::uint16_t, std::string_view>, 8> kWords{{
      {kRemote, "remote"},
      {kNoCredit, "no-credit"},
      {kOverload, "overload"},
      {kTamper, "tamper"},
      {kToken, "token"},
      {kManual, "manual"},
      {kTenancy, "tenancy"},
      {kInitial, "initial"},
  }};
  std::vector<std::string> out;
  for (const auto& [bit, word] : kWords) {
    if (has(bit)) out.emplace_back(word);
  }
  return out;
}

}  // namespace metergate
