// SPDX-License-Identifier: Apache-2.0
#include "meters/tenancy.hpp"

#include <array>

#include "protocols/word_list.hpp"

namespace metergate {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, kChangeActions> kActions{"billing-before",
                                                                "billing-after",
                                                                "reset-balance",
                                                                "default-tariff",
                                                                "purge-snapshots",
                                                                "purge-profile",
                                                                "purge-token-log",
                                                                "purge-account-log",
                                                                "purge-hardware-log",
                                                                "purge-configuration-log",
                                                                "purge-supply-quality-log",
                                                                "purge-operating-condition-log",
                                                                "purge-supply-log",
                                                                "purge-tamper-log",
                                                                "purge-prepayment-log"};
constexpr std::array<std::string_view, 3> kSituations{"left-unannounced", "leaves-now",
                                                      "leaves-later"};
constexpr std::array<std::string_view, 3> kRelays{"unchanged", "off", "armed"};

}  // namespace

std::string_view change_action_word(ChangeAction action) { return word_of(kActions, action); }
std::optional<ChangeAction> parse_change_action(std::string_view word) {
  return parse_word<ChangeAction>(kActions, word);
}

std::vector<std::string_view> ChangeActions::words() const {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < kChangeActions; ++i) {
    if (has(static_cast<ChangeAction>(i))) out.push_back(kActions[i]);
  }
  return out;
}

std::string_view situation_word(TenancySituation situation) {
  return word_of(kSituations, situation);
}
std::optional<TenancySituation> parse_situation(std::string_view word) {
  return parse_word<TenancySituation>(kSituations, word);
}
std::string_view relay_after_word(RelayAfter relay) { return word_of(kRelays, relay); }
std::optional<RelayAfter> parse_relay_after(std::string_view word) {
  return parse_word<RelayAfter>(kRelays, word);
}

}  // namespace metergate
