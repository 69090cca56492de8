// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace metergate {

/// Letters, digits, `_`, `.` and `-`, 1 to 64 of them: what may safely stand in a topic, a path, a
/// log line or a metric label. Wildcards and slashes cannot get past this (faults.md S15, F16).
[[nodiscard]] constexpr bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  });
}

/// A validated name; the tag keeps a command's id from being passed where a meter's is meant.
template <typename Tag>
class Identifier {
 public:
  [[nodiscard]] static std::optional<Identifier> parse(std::string_view text) {
    if (!is_identifier(text)) return std::nullopt;
    return Identifier{std::string{text}};
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  friend auto operator<=>(const Identifier&, const Identifier&) = default;

 private:
  explicit Identifier(std::string text) : text_{std::move(text)} {}
  std::string text_;
};

/// The utility's name for a meter (unique within a site); not its serial number.
using MeterId = Identifier<struct MeterIdTag>;
/// The caller's name for a command and its idempotency key, unique within a site.
using CommandId = Identifier<struct CommandIdTag>;
/// The name of the box in topics.
using SiteId = Identifier<struct SiteIdTag>;
/// What the meter itself says it is; compared before anything is written to it.
using SerialNumber = Identifier<struct SerialNumberTag>;

}  // namespace metergate

template <typename Tag>
struct std::hash<metergate::Identifier<Tag>> {
  std::size_t operator()(const metergate::Identifier<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.text());
  }
};
