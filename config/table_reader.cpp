// SPDX-License-Identifier: Apache-2.0
#include "config/table_reader.hpp"

#include <algorithm>
#include <utility>

#include "config/nearest_word.hpp"

namespace metergate::config {

void ErrorList::add(ConfigError::Kind kind, std::uint32_t line, std::string key, std::string value,
                    std::string expected) {
  errors_.push_back({kind, file_, line, std::move(key), std::move(value), std::move(expected)});
}

std::vector<ConfigError> ErrorList::take() {
  std::ranges::stable_sort(errors_, {}, &ConfigError::line);
  return std::exchange(errors_, {});
}

std::string Bounds::text() const {
  if (highest == std::numeric_limits<std::int64_t>::max()) {
    return std::to_string(lowest) + " or more";
  }
  return std::to_string(lowest) + " to " + std::to_string(highest);
}

TableReader::TableReader(const Node& table, std::string path, ErrorList& errors)
    : line_{table.line}, path_{std::move(path)}, errors_{&errors} {
  static const Node::Table kEmpty;
  const auto* entries = std::get_if<Node::Table>(&table.value);
  table_ = entries != nullptr ? entries : &kEmpty;
}

const Node* TableReader::find(std::string_view key, Need need, std::string_view expected) {
  asked_.emplace(key);
  const auto found = std::ranges::find(*table_, key, &Entry::key);
  if (found != table_->end()) return &found->node;
  if (need == Need::Required) missing(key, expected);
  return nullptr;
}

void TableReader::text(std::string_view key, std::string& into, Need need) {
  const Node* node = find(key, need, "text in quotes");
  if (node == nullptr) return;
  const auto* text = std::get_if<std::string>(&node->value);
  if (text == nullptr || (need == Need::Required && text->empty())) {
    return wrong(key, *node, "text in quotes");
  }
  into = *text;
}

void TableReader::flag(std::string_view key, bool& into) {
  const Node* node = find(key, Need::Optional, "true or false");
  if (node == nullptr) return;
  const auto* flag = std::get_if<bool>(&node->value);
  if (flag == nullptr) return wrong(key, *node, "true or false");
  into = *flag;
}

void TableReader::path(std::string_view key, std::filesystem::path& into,
                       const std::filesystem::path& base, Need need) {
  const Node* node = find(key, need, "a path in quotes");
  if (node == nullptr) return;
  const auto* text = std::get_if<std::string>(&node->value);
  if (text == nullptr || text->empty()) return wrong(key, *node, "a path in quotes");
  into = (base / *text).lexically_normal();
}

std::vector<std::string> TableReader::texts(std::string_view key, Need need) {
  std::vector<std::string> out;
  const Node* node = find(key, need, "a list of texts in quotes");
  if (node == nullptr) return out;
  const auto* list = std::get_if<Node::List>(&node->value);
  if (list == nullptr) {
    wrong(key, *node, "a list of texts in quotes");
    return out;
  }
  for (const Node& element : *list) {
    if (const auto* text = std::get_if<std::string>(&element.value)) {
      out.push_back(*text);
    } else {
      wrong(key, element, "a list of texts in quotes");
    }
  }
  return out;
}

std::optional<std::int64_t> TableReader::whole(std::string_view key, Bounds bounds, Need need) {
  const Node* node = find(key, need, bounds.text());
  if (node == nullptr) return std::nullopt;
  const auto* number = std::get_if<std::int64_t>(&node->value);
  if (number == nullptr || *number < bounds.lowest || *number > bounds.highest) {
    wrong(key, *node, bounds.text());
    return std::nullopt;
  }
  return *number;
}

std::optional<TableReader> TableReader::table(std::string_view key, Need need) {
  const Node* node = find(key, need, "a table");
  if (node == nullptr) return std::nullopt;
  if (!std::holds_alternative<Node::Table>(node->value)) {
    wrong(key, *node, "a table");
    return std::nullopt;
  }
  return TableReader{*node, key_path(key), *errors_};
}

std::vector<TableReader> TableReader::tables(std::string_view key) {
  std::vector<TableReader> out;
  const std::string expected = "a list of tables, [[" + std::string{key} + "]]";
  const Node* node = find(key, Need::Optional, expected);
  if (node == nullptr) return out;
  const auto* list = std::get_if<Node::List>(&node->value);
  if (list == nullptr) {
    wrong(key, *node, expected);
    return out;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string name = std::string{key} + '[' + std::to_string(i + 1) + ']';
    if (std::holds_alternative<Node::Table>((*list)[i].value)) {
      out.emplace_back((*list)[i], key_path(name), *errors_);
    } else {
      wrong(name, (*list)[i], "a table");
    }
  }
  return out;
}

const Node::Table& TableReader::entries() {
  for (const Entry& entry : *table_) asked_.emplace(entry.key);
  return *table_;
}

bool TableReader::has(std::string_view key) const {
  return std::ranges::find(*table_, key, &Entry::key) != table_->end();
}

std::uint32_t TableReader::line_of(std::string_view key) const {
  const auto found = std::ranges::find(*table_, key, &Entry::key);
  return found != table_->end() ? found->line : line_;
}

std::string TableReader::key_path(std::string_view key) const {
  return path_.empty() ? std::string{key} : path_ + '.' + std::string{key};
}

void TableReader::wrong(std::string_view key, const Node& node, std::string_view expected) {
  errors_->add(ConfigError::Kind::Wrong, node.line, key_path(key), node.shown(),
               std::string{expected});
}

void TableReader::contradicts(std::string_view key, std::string_view expected) {
  const auto found = std::ranges::find(*table_, key, &Entry::key);
  if (found == table_->end()) return missing(key, expected);
  wrong(key, found->node, expected);
}

void TableReader::missing(std::string_view key, std::string_view expected) {
  errors_->add(ConfigError::Kind::Missing, line_, key_path(key), {}, std::string{expected});
}

void TableReader::finish() {
  const std::vector<std::string> known{asked_.begin(), asked_.end()};
  for (const Entry& entry : *table_) {
    if (asked_.contains(entry.key)) continue;
    const auto near = nearest_word(entry.key, known);
    std::string expected;
    if (near) {
      expected = "did you mean `" + *near + "`?";
    } else {
      expected = "known here:";
      for (const std::string& key : known) expected += ' ' + key;
    }
    errors_->add(ConfigError::Kind::UnknownKey, entry.line, key_path(entry.key), {},
                 std::move(expected));
  }
}

}  // namespace metergate::config
