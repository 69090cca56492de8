// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

/// Members of an answer that another process gave: nothing when there is none of that name, or it
/// is of another kind.
namespace metergate::cli {

/// As it stands there: what a terminal is to show goes through journal::neutral.
[[nodiscard]] inline std::optional<std::string_view> text_in(const boost::json::object& object,
                                                             std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view{value->get_string()};
}

[[nodiscard]] inline std::optional<std::int64_t> integer_in(const boost::json::object& object,
                                                            std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

}  // namespace metergate::cli
