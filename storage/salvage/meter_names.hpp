// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace metergate::salvage {

/// What is left of a meter's name. It stands in two places of the file; empty: not in this one.
struct NamesLeft {
  std::string in_record;
  std::string in_index;
  [[nodiscard]] bool is_in_doubt() const;
};

struct GivenName {
  enum class From : std::uint8_t {
    Record,
    Index,
    Elsewhere,  ///< a name that others mention and that differs in one octet from what is left
    Nowhere,    ///< made up
  };
  std::string id;
  From from = From::Nowhere;
  /// What else could have been its name, where nothing tells which of the two is damaged.
  std::string rival;
};

/// Names for all meters, by their keys: valid, and each another one. `mentioned`: names that other
/// tables know. A name that two meters could have borne is given to neither: what is one tenant's
/// must not come under the meter of another.
[[nodiscard]] std::map<std::int64_t, GivenName> give_names(
    const std::map<std::int64_t, NamesLeft>& left, const std::set<std::string>& mentioned);

}  // namespace metergate::salvage
