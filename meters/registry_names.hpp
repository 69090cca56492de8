// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "meters/registry.hpp"
#include "meters/registry_sighting.hpp"
#include "protocols/result.hpp"

/// What is asked of the registry, as words: how a request, a row of the ledger and a command line
/// say it.
namespace metergate::registry {

/// A person has found out where the meter of an open conflict is.
struct SettleConflict {
  SerialNumber serial;
  SeatKept kept = SeatKept::Recorded;
};
using Request = std::variant<Change, SettleConflict>;

/// The names of one request; empty where it names none.
struct ChangeNames {
  std::string change;  ///< `assign`, ...
  std::string meter;
  std::string new_meter;  ///< of `replace`
  std::string location;
  std::string new_location;  ///< of `move`
  std::string customer;
  std::string serial;  ///< of `settle`
  std::string seat;    ///< of `settle`: `recorded` or `seen`
  friend bool operator==(const ChangeNames&, const ChangeNames&) = default;
};

/// The fields in the order they are spoken of.
struct ChangeField {
  std::string_view word;
  std::string ChangeNames::*name;
};
inline constexpr ChangeField kChangeFields[]{
    {"meter", &ChangeNames::meter},       {"new_meter", &ChangeNames::new_meter},
    {"location", &ChangeNames::location}, {"new_location", &ChangeNames::new_location},
    {"customer", &ChangeNames::customer}, {"serial", &ChangeNames::serial},
    {"seat", &ChangeNames::seat}};

struct NamesFault {
  enum class Reason : std::uint8_t { UnknownWord, Missing, NotForThisChange, NoIdentifier };
  Reason reason = Reason::UnknownWord;
  std::string_view field;  ///< `change`, `meter`, ...
  std::string expected;    ///< what would be right
};

[[nodiscard]] ChangeNames names_of(const Request& request);
/// Each request takes its own names and no others; a customer may be left out of `assign` only.
[[nodiscard]] Result<Request, NamesFault> request_of(const ChangeNames& names);

}  // namespace metergate::registry
