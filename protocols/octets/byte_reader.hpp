// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "protocols/octets/octets.hpp"

namespace metergate {

/// Reads big-endian numbers from the front of octets that came from outside. Past the end it gives
/// zeros and `ok()` turns false, so a parser may read a whole structure and judge once.
class ByteReader {
 public:
  explicit constexpr ByteReader(OctetView octets) : octets_{octets} {}

  constexpr std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  constexpr std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  constexpr std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  constexpr OctetView take(std::size_t count) {
    if (count > rest()) {
      ok_ = false;
      return {};
    }
    const OctetView out = octets_.subspan(at_, count);
    at_ += count;
    return out;
  }

  [[nodiscard]] constexpr bool ok() const { return ok_; }
  [[nodiscard]] constexpr std::size_t offset() const { return at_; }
  [[nodiscard]] constexpr std::size_t rest() const { return octets_.size() - at_; }

 private:
  constexpr std::uint64_t number(std::size_t count) {
    std::uint64_t value = 0;
    for (const std::uint8_t octet : take(count)) value = (value << 8U) | octet;
    return value;
  }

  OctetView octets_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace metergate
