// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

#include "protocols/octets/octets.hpp"

namespace metergate {

/// Builds octets, numbers big endian.
class ByteWriter {
 public:
  void u8(std::uint8_t value) { octets_.push_back(value); }
  void u16(std::uint16_t value) {
    u8(static_cast<std::uint8_t>(value >> 8U));
    u8(static_cast<std::uint8_t>(value));
  }
  void u32(std::uint32_t value) {
    u16(static_cast<std::uint16_t>(value >> 16U));
    u16(static_cast<std::uint16_t>(value));
  }
  void append(OctetView octets) { octets_.insert(octets_.end(), octets.begin(), octets.end()); }

  [[nodiscard]] Octets take() { return std::move(octets_); }

 private:
  Octets octets_;
};

}  // namespace metergate
