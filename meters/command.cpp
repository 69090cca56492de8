// SPDX-License-Identifier: Apache-2.0
#include "meters/command.hpp"

#include <algorithm>

#include "protocols/word_list.hpp"

namespace metergate {
namespace {
// In the order of the enumerations.
constexpr std::array<std::string_view, 5> kPriorities{"urgent", "token", "relay", "synchronisation",
                                                      "routine"};
constexpr std::array<std::string_view, 8> kDataClasses{"registers", "daily", "profile", "logs",
                                                       "clock",     "relay", "billing", "tariff"};
constexpr std::array kCapabilities{
    Capability::Registers, Capability::Daily,     Capability::Profile, Capability::Logs,
    Capability::ReadClock, Capability::ReadRelay, Capability::Billing, Capability::Tariffs};

}  // namespace

std::string_view priority_word(Priority priority) { return word_of(kPriorities, priority); }
std::optional<Priority> parse_priority(std::string_view word) {
  return parse_word<Priority>(kPriorities, word);
}

const VerbTraits& traits_of(Verb verb) { return kVerbs[static_cast<std::size_t>(verb)]; }

const MeterId& box_id() {
  static const MeterId id = *MeterId::parse(kBoxName);
  return id;
}

std::optional<Verb> parse_verb(std::string_view word) {
  const auto found = std::ranges::find(kVerbs, word, &VerbTraits::word);
  if (found == kVerbs.end()) return std::nullopt;
  return found->verb;
}

std::string_view data_class_word(DataClass data) { return word_of(kDataClasses, data); }
std::optional<DataClass> parse_data_class(std::string_view word) {
  return parse_word<DataClass>(kDataClasses, word);
}
const ChangeOrder* change_order(const CommandParams& params) {
  if (const auto* tenancy = std::get_if<ChangeTenancy>(&params)) return &tenancy->order;
  if (const auto* supplier = std::get_if<ChangeSupplier>(&params)) return &supplier->order;
  return nullptr;
}
Capability capability_for(DataClass data) { return kCapabilities[static_cast<std::size_t>(data)]; }

}  // namespace metergate
