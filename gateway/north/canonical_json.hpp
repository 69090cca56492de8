// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "protocols/result.hpp"

namespace metergate::north {

/// What keeps a value from having one form that everybody writes alike.
struct CanonicalFault {
  std::string field;  ///< `params.energy_wh`; `list[2]`
  std::string expected;
};

/// The value as RFC 8785 (JSON Canonicalization Scheme) writes it: members sorted by the UTF-16
/// units of their names, no white space, the shortest escapes, UTF-8. Stricter in one point: only
/// whole numbers from -(2^53-1) to 2^53-1 are taken, since everything else depends on how well a
/// library rounds, and no field of ours has a fraction.
[[nodiscard]] Result<std::string, CanonicalFault> canonical_json(const boost::json::value& value);
/// The same of an object without two of its members.
[[nodiscard]] Result<std::string, CanonicalFault> canonical_json_without(
    const boost::json::object& object, std::string_view left_out, std::string_view left_out_too);

}  // namespace metergate::north
