// SPDX-License-Identifier: Apache-2.0
#include "protocols/cosem/obis_code.hpp"

#include <charconv>
#include <cstddef>

namespace metergate::cosem {

std::optional<ObisCode> ObisCode::parse(std::string_view text) {
  // The separator that must follow each group; the last may be absent, then F = 255.
  constexpr std::string_view kSeparators = "-:..*";
  std::array<std::uint8_t, 6> groups{0, 0, 0, 0, 0, 255};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t group = 0; group < groups.size(); ++group) {
    const auto [next, error] = std::from_chars(at, end, groups[group]);
    if (error != std::errc{} || next - at > 3) return std::nullopt;
    at = next;
    if (at == end) {
      if (group >= 4) return ObisCode{groups};
      return std::nullopt;
    }
    if (group == 5 || *at != kSeparators[group]) return std::nullopt;
    ++at;
  }
  return std::nullopt;
}

std::string ObisCode::text() const {
  constexpr std::string_view kSeparators = "-:..*";
  std::string out;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    out += std::to_string(groups_[group]);
    if (group < kSeparators.size()) out += kSeparators[group];
  }
  return out;
}

}  // namespace metergate::cosem
