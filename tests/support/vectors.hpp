// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include "protocols/iso8601/rfc3339.hpp"
#include "protocols/octets/hex.hpp"

/// The files of tests/vectors, read for tests.
namespace metergate::vectors {

inline boost::json::object load(std::string_view file) {
  std::ifstream in{std::string{METERGATE_SOURCE_DIR "/tests/vectors/"} + std::string{file}};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  return boost::json::parse(text).as_object();
}

inline std::string text(const boost::json::object& entry, std::string_view field) {
  return boost::json::value_to<std::string>(entry.at(field));
}

inline std::uint64_t number(const boost::json::object& entry, std::string_view field) {
  return boost::json::value_to<std::uint64_t>(entry.at(field));
}

/// A number written in hex digits.
inline std::uint64_t hex_number(const boost::json::object& entry, std::string_view field) {
  return std::stoull(text(entry, field), nullptr, 16);
}

inline Octets octets(const boost::json::object& entry, std::string_view field) {
  return hex::parse(text(entry, field)).value();
}

/// `2004-03-01T13:00Z`: the vectors leave the seconds out.
inline UtcSeconds minute(const boost::json::object& entry, std::string_view field) {
  std::string with_seconds = text(entry, field);
  with_seconds.insert(with_seconds.size() - 1, ":00");
  return std::chrono::floor<std::chrono::seconds>(rfc3339::parse(with_seconds).value());
}

/// Calls `check` for each entry of a group, and names the entry in every failure below.
template <typename Check>
void each(const boost::json::object& file, std::string_view group, Check&& check) {
  const auto& entries = file.at(group).as_array();
  if (entries.empty()) throw std::runtime_error{"a group without vectors proves nothing"};
  for (const auto& entry : entries) check(entry.as_object());
}

}  // namespace metergate::vectors
