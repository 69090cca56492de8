// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "meters/registry.hpp"
#include "protocols/result.hpp"

/// Changes of the registry as words: how a request, a row of the ledger and a command line say one.
namespace metergate::registry {

/// The names of one change; empty where it names none.
struct ChangeNames {
  std::string change;  ///< `assign`, ...
  std::string meter;
  std::string new_meter;  ///< of `replace`
  std::string location;
  std::string new_location;  ///< of `move`
  std::string customer;
  friend bool operator==(const ChangeNames&, const ChangeNames&) = default;
};

/// The fields in the order they are spoken of.
struct ChangeField {
  std::string_view word;
  std::string ChangeNames::*name;
};
inline constexpr ChangeField kChangeFields[]{{"meter", &ChangeNames::meter},
                                             {"new_meter", &ChangeNames::new_meter},
                                             {"location", &ChangeNames::location},
                                             {"new_location", &ChangeNames::new_location},
                                             {"customer", &ChangeNames::customer}};

struct NamesFault {
  enum class Reason : std::uint8_t { UnknownChange, Missing, NotForThisChange, NoIdentifier };
  Reason reason = Reason::UnknownChange;
  std::string_view field;  ///< `change`, `meter`, ...
  std::string expected;    ///< what would be right
};

[[nodiscard]] ChangeNames names_of(const Change& change);
/// Each change takes its own names and no others; a customer may be left out of `assign` only.
[[nodiscard]] Result<Change, NamesFault> change_of(const ChangeNames& names);

}  // namespace metergate::registry
