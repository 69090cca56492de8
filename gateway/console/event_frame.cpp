// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/event_frame.hpp"

#include <charconv>

namespace metergate::console {

std::string event_frame(std::int64_t id, std::string_view name, std::string_view payload) {
  std::string out = "id: " + std::to_string(id) + "\nevent: " + std::string{name} + "\ndata: ";
  for (const char c : payload) out += c == '\n' || c == '\r' ? ' ' : c;
  return out + "\n\n";
}

std::optional<std::int64_t> parse_event_id(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [at, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc{} || at != end || value <= 0) return std::nullopt;
  return value;
}

}  // namespace metergate::console
