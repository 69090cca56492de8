// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "meters/registry_names.hpp"

namespace metergate::test {

/// `change_names("unassign", {{"meter", "m1"}})`; other words than those of kChangeFields are lost.
inline registry::ChangeNames change_names(
    std::string change, std::initializer_list<std::pair<std::string_view, std::string>> fields) {
  registry::ChangeNames out;
  out.change = std::move(change);
  for (const auto& [word, name] : fields) {
    for (const registry::ChangeField& field : registry::kChangeFields) {
      if (field.word == word) out.*field.name = name;
    }
  }
  return out;
}

}  // namespace metergate::test
