// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "protocols/octets/byte_reader.hpp"
#include "protocols/octets/byte_writer.hpp"

/// Lengths of A-XDR (IEC 61334-6, 6.10): below 0x80 one octet, else 0x80 + count and the number.
namespace metergate::dlms {

inline void write_length(ByteWriter& out, std::size_t length) {
  if (length < 0x80) {
    out.u8(static_cast<std::uint8_t>(length));
  } else if (length <= 0xFF) {
    out.u8(0x81);
    out.u8(static_cast<std::uint8_t>(length));
  } else if (length <= 0xFFFF) {
    out.u8(0x82);
    out.u16(static_cast<std::uint16_t>(length));
  } else {
    out.u8(0x84);
    out.u32(static_cast<std::uint32_t>(length));
  }
}

/// Nothing for more than four octets of number, and where the octets end.
[[nodiscard]] inline std::optional<std::size_t> read_length(ByteReader& in) {
  const std::uint8_t first = in.u8();
  if (!in.ok()) return std::nullopt;
  if (first < 0x80) return first;
  const unsigned count = first & 0x7FU;
  if (count < 1 || count > 4) return std::nullopt;
  std::size_t length = 0;
  for (const std::uint8_t octet : in.take(count)) length = (length << 8U) | octet;
  if (!in.ok()) return std::nullopt;
  return length;
}

inline void write_octets(ByteWriter& out, OctetView octets) {
  write_length(out, octets.size());
  out.append(octets);
}

/// A length and that many octets; nothing when they are not all there.
[[nodiscard]] inline std::optional<OctetView> read_octets(ByteReader& in) {
  const auto length = read_length(in);
  if (!length || *length > in.rest()) return std::nullopt;
  return in.take(*length);
}

}  // namespace metergate::dlms
