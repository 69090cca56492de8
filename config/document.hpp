// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config_error.hpp"
#include "protocols/result.hpp"

/// A TOML file as plain values that know their line. The parser itself stays in document.cpp.
namespace metergate::config {

struct Entry;

struct Node {
  using List = std::vector<Node>;
  using Table = std::vector<Entry>;

  std::uint32_t line = 0;
  std::variant<std::monostate, std::string, std::int64_t, double, bool, List, Table> value;

  /// What stands there, shortened for a message: `"abc"`, `12`, `a list`, `a table`.
  [[nodiscard]] std::string shown() const;
};

struct Entry {
  std::string key;
  std::uint32_t line = 0;
  Node node;
};

/// The root table of the text. Dates stand as empty nodes: no key of ours takes one.
[[nodiscard]] Result<Node, ConfigError> parse_document(std::string_view text,
                                                       const std::filesystem::path& file);

/// The text of a file; the error says why it cannot be read.
[[nodiscard]] Result<std::string, ConfigError> read_text(const std::filesystem::path& file);

}  // namespace metergate::config
