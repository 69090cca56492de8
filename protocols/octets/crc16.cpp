// SPDX-License-Identifier: Apache-2.0
#include "protocols/octets/crc16.hpp"

#include <array>

namespace metergate {
namespace {

consteval std::array<std::uint16_t, 256> make_table() {
  std::array<std::uint16_t, 256> table{};
  for (unsigned octet = 0; octet < table.size(); ++octet) {
    unsigned crc = octet;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? (crc >> 1U) ^ 0xA001U : crc >> 1U;
    table[octet] = static_cast<std::uint16_t>(crc);
  }
  return table;
}
constexpr auto kTable = make_table();

}  // namespace

std::uint16_t crc16_modbus(OctetView octets) {
  unsigned crc = 0xFFFF;
  for (const std::uint8_t octet : octets) crc = (crc >> 8U) ^ kTable[(crc ^ octet) & 0xFFU];
  return static_cast<std::uint16_t>(crc);
}

}  // namespace metergate
