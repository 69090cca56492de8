// SPDX-License-Identifier: Apache-2.0
#include "config/document.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace metergate::config {
namespace {

constexpr std::uintmax_t kLargestFile = std::uintmax_t{64} * 1024 * 1024;
constexpr std::size_t kLongestShown = 40;

Node convert(const toml::node& from);

Node::List convert_list(const toml::array& from) {
  Node::List out;
  out.reserve(from.size());
  for (const toml::node& element : from) out.push_back(convert(element));
  return out;
}

Node::Table convert_table(const toml::table& from) {
  Node::Table out;
  out.reserve(from.size());
  for (const auto& [key, value] : from) {
    out.push_back({std::string{key.str()}, key.source().begin.line, convert(value)});
  }
  return out;
}

Node convert(const toml::node& from) {
  Node out;
  out.line = from.source().begin.line;
  if (const auto* table = from.as_table()) {
    out.value = convert_table(*table);
  } else if (const auto* list = from.as_array()) {
    out.value = convert_list(*list);
  } else if (const auto* text = from.as_string()) {
    out.value = text->get();
  } else if (const auto* whole = from.as_integer()) {
    out.value = whole->get();
  } else if (const auto* real = from.as_floating_point()) {
    out.value = real->get();
  } else if (const auto* flag = from.as_boolean()) {
    out.value = flag->get();
  }
  return out;
}

ConfigError unreadable(const std::filesystem::path& file, std::string why) {
  return {ConfigError::Kind::Unreadable, file, 0, {}, {}, std::move(why)};
}

}  // namespace

std::string Node::shown() const {
  struct Show {
    std::string operator()(std::monostate) const { return "a date or time"; }
    std::string operator()(const std::string& text) const {
      std::size_t cut = std::min(text.size(), kLongestShown);
      // Not in the middle of a UTF-8 character.
      while (cut < text.size() && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;
      std::string out = "\"";
      for (const char c : text.substr(0, cut)) {
        // A message is one line and carries no terminal controls.
        out.push_back(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F ? c : '?');
      }
      return out + (cut < text.size() ? "...\"" : "\"");
    }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return std::to_string(number); }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(const List&) const { return "a list"; }
    std::string operator()(const Table&) const { return "a table"; }
  };
  return std::visit(Show{}, value);
}

Result<Node, ConfigError> parse_document(std::string_view text, const std::filesystem::path& file) {
  try {
    const toml::table root = toml::parse(text);
    return convert(root);
  } catch (const toml::parse_error& error) {
    return failure(ConfigError{ConfigError::Kind::Unreadable,
                               file,
                               error.source().begin.line,
                               {},
                               {},
                               std::string{error.description()}});
  }
}

Result<std::string, ConfigError> read_text(const std::filesystem::path& file) {
  std::error_code code;
  const auto size = std::filesystem::file_size(file, code);
  if (code) return failure(unreadable(file, code.message()));
  if (size > kLargestFile) {
    return failure(unreadable(file, "longer than " + std::to_string(kLargestFile) + " octets"));
  }
  std::ifstream stream{file, std::ios::binary};
  if (!stream) return failure(unreadable(file, std::generic_category().message(errno)));
  return std::string{std::istreambuf_iterator<char>{stream}, {}};
}

}  // namespace metergate::config
