// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/vectors.hpp"

namespace metergate::vectors {

/// The entry of `vectors` in a file whose entries carry an `id`.
inline boost::json::object entry(const boost::json::object& file, std::string_view id) {
  for (const auto& candidate : file.at("vectors").as_array()) {
    if (text(candidate.as_object(), "id") == id) return candidate.as_object();
  }
  throw std::runtime_error{"no vector " + std::string{id}};
}

/// One of tests/vectors/dlms.json.
inline boost::json::object dlms(std::string_view id) {
  static const boost::json::object file = load("dlms.json");
  return entry(file, id);
}

/// What the vector says should come out.
inline const boost::json::object& expected(const boost::json::object& vector) {
  return vector.at("expect").as_object();
}

}  // namespace metergate::vectors
