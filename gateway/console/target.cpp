// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/target.hpp"

#include <algorithm>

namespace metergate::console {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10U;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10U;
  return std::nullopt;
}

/// RFC 3986 2.1; `+` for a blank as in forms is not done.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = hex_digit(text[i + 1]);
    const auto low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    const auto octet = static_cast<char>(*high * 16U + *low);
    if (octet == '\0') return std::nullopt;
    out += octet;
    i += 2;
  }
  return out;
}

bool is_segment(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && text.find('/') == std::string_view::npos;
}

bool take_path(std::string_view text, Target& into) {
  while (!text.empty()) {
    text.remove_prefix(1);  // the slash
    const std::string_view segment = text.substr(0, text.find('/'));
    auto plain = decoded(segment);
    if (!plain || !is_segment(*plain)) return false;
    into.path.push_back(std::move(*plain));
    text.remove_prefix(segment.size());
  }
  return true;
}

bool take_query(std::string_view text, Target& into) {
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    const std::size_t sign = pair.find('=');
    auto name = decoded(pair.substr(0, sign));
    auto value = decoded(sign == std::string_view::npos ? "" : pair.substr(sign + 1));
    if (!name || !value) return false;
    if (!name->empty()) into.query.emplace(std::move(*name), std::move(*value));
  }
  return true;
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
  if (text.size() > kMaxTargetOctets || !text.starts_with('/')) return std::nullopt;
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; })) return std::nullopt;
  const std::size_t question = text.find('?');
  const std::string_view path = text.substr(0, question);
  Target out;
  if (path != "/" && !take_path(path, out)) return std::nullopt;
  if (question != std::string_view::npos && !take_query(text.substr(question + 1), out)) {
    return std::nullopt;
  }
  return out;
}

}  // namespace metergate::console
