// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "protocols/octets/octets.hpp"

/// Numbers as SQLite writes them (www.sqlite.org/fileformat2.html): big endian, from a place that
/// may lie outside what there is.
namespace metergate::salvage {

[[nodiscard]] constexpr std::optional<std::uint64_t> number_at(OctetView octets, std::size_t at,
                                                               std::size_t width) {
  if (at > octets.size() || octets.size() - at < width) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8U | octets[at + i];
  return value;
}

struct Varint {
  std::uint64_t value = 0;
  std::size_t width = 0;
};

/// 1.6: seven bits an octet, at most nine octets, all eight bits of the ninth.
[[nodiscard]] constexpr std::optional<Varint> varint_at(OctetView octets, std::size_t at) {
  Varint out;
  while (out.width < 9) {
    if (at + out.width >= octets.size()) return std::nullopt;
    const std::uint8_t octet = octets[at + out.width];
    ++out.width;
    if (out.width == 9) {
      out.value = out.value << 8U | octet;
      return out;
    }
    out.value = out.value << 7U | (octet & 0x7FU);
    if ((octet & 0x80U) == 0) return out;
  }
  return out;
}

}  // namespace metergate::salvage
