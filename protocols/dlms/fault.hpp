// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace metergate::dlms {

/// Why octets are no APDU or no Data, and where that showed.
struct DecodeFault {
  enum class Reason : std::uint8_t {
    Truncated,
    UnknownTag,
    BadLength,   ///< a length that is not A-XDR's, or longer than what is left
    BadValue,    ///< a field that can't have this value
    TooDeep,     ///< nested past the limit
    TooMany,     ///< more elements than the limit
    Trailing,    ///< octets after the end
    Unexpected,  ///< a good APDU of another kind
  };
  Reason reason = Reason::Truncated;
  std::size_t offset = 0;

  friend constexpr bool operator==(const DecodeFault&, const DecodeFault&) = default;
};

[[nodiscard]] constexpr std::string_view fault_word(DecodeFault::Reason reason) {
  constexpr std::array<std::string_view, 8> kWords{
      "truncated",       "unknown tag",       "wrong length",     "value out of range",
      "nested too deep", "too many elements", "octets left over", "not what was expected"};
  return kWords[static_cast<std::size_t>(reason)];
}

}  // namespace metergate::dlms
