// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/config_error.hpp"
#include "config/document.hpp"

namespace metergate::config {

/// The mistakes of one file, in the order of its lines.
class ErrorList {
 public:
  explicit ErrorList(std::filesystem::path file) : file_{std::move(file)} {}

  void add(ConfigError::Kind kind, std::uint32_t line, std::string key, std::string value,
           std::string expected);
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  [[nodiscard]] bool empty() const { return errors_.empty(); }
  [[nodiscard]] std::vector<ConfigError> take();

 private:
  std::filesystem::path file_;
  std::vector<ConfigError> errors_;
};

enum class Need : std::uint8_t { Optional, Required };

struct Bounds {
  std::int64_t lowest;
  std::int64_t highest;

  [[nodiscard]] std::string text() const;
};

/// Reads one table key by key: a key that is absent leaves the default, a wrong one is reported
/// with what would be right, and `finish` reports the keys nobody asked for.
class TableReader {
 public:
  /// `path` stands before the keys in messages: empty, or `meter[3]`.
  TableReader(const Node& table, std::string path, ErrorList& errors);

  [[nodiscard]] const Node* find(std::string_view key, Need need, std::string_view expected);

  void text(std::string_view key, std::string& into, Need need = Need::Optional);
  void flag(std::string_view key, bool& into);
  /// A relative path is relative to `base`.
  void path(std::string_view key, std::filesystem::path& into, const std::filesystem::path& base,
            Need need = Need::Optional);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key, Need need = Need::Optional);

  [[nodiscard]] std::optional<std::int64_t> whole(std::string_view key, Bounds bounds, Need need);
  template <std::integral T>
  void number(std::string_view key, T& into, Bounds bounds, Need need = Need::Optional) {
    if (const auto value = whole(key, bounds, need)) into = static_cast<T>(*value);
  }
  /// The key names the unit that `into` counts in: `timeout_ms` for milliseconds.
  template <typename Rep, typename Period>
  void duration(std::string_view key, std::chrono::duration<Rep, Period>& into, Bounds bounds,
                Need need = Need::Optional) {
    if (const auto value = whole(key, bounds, need)) {
      into = std::chrono::duration<Rep, Period>{static_cast<Rep>(*value)};
    }
  }
  /// One of the words; `parse` gives nothing for all others.
  template <typename T>
  void word(std::string_view key, T& into,
            const std::function<std::optional<T>(std::string_view)>& parse,
            std::string_view expected, Need need = Need::Optional) {
    const Node* node = find(key, need, expected);
    if (node == nullptr) return;
    if (const auto* text = std::get_if<std::string>(&node->value)) {
      if (const auto value = parse(*text)) {
        into = *value;
        return;
      }
    }
    wrong(key, *node, expected);
  }

  [[nodiscard]] std::optional<TableReader> table(std::string_view key, Need need = Need::Optional);
  [[nodiscard]] std::vector<TableReader> tables(std::string_view key);
  /// All entries: for tables whose keys are data.
  [[nodiscard]] const Node::Table& entries();

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] std::uint32_t line() const { return line_; }
  [[nodiscard]] std::uint32_t line_of(std::string_view key) const;
  [[nodiscard]] std::string key_path(std::string_view key) const;

  void wrong(std::string_view key, const Node& node, std::string_view expected);
  /// A value that is well-formed and yet impossible beside others.
  void contradicts(std::string_view key, std::string_view expected);
  void missing(std::string_view key, std::string_view expected);
  void finish();

 private:
  const Node::Table* table_;
  std::uint32_t line_;
  std::string path_;
  ErrorList* errors_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace metergate::config
