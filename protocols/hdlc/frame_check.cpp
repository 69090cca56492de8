// SPDX-License-Identifier: Apache-2.0
#include "protocols/hdlc/frame_check.hpp"

#include <array>

namespace metergate::hdlc {
namespace {

constexpr unsigned kReflectedPolynomial = 0x8408;
constexpr unsigned kPreset = 0xFFFF;
constexpr unsigned kRestOfWholeFrame = 0xF0B8;

consteval std::array<std::uint16_t, 256> make_table() {
  std::array<std::uint16_t, 256> table{};
  for (unsigned octet = 0; octet < table.size(); ++octet) {
    unsigned crc = octet;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc & 1U) != 0 ? (crc >> 1U) ^ kReflectedPolynomial : crc >> 1U;
    }
    table[octet] = static_cast<std::uint16_t>(crc);
  }
  return table;
}
constexpr auto kTable = make_table();

unsigned rest(OctetView octets) {
  unsigned crc = kPreset;
  for (const std::uint8_t octet : octets) crc = (crc >> 8U) ^ kTable[(crc ^ octet) & 0xFFU];
  return crc;
}

}  // namespace

std::uint16_t frame_check(OctetView octets) {
  return static_cast<std::uint16_t>(rest(octets) ^ kPreset);
}

bool frame_check_holds(OctetView octets_and_check) {
  return octets_and_check.size() >= 2 && rest(octets_and_check) == kRestOfWholeFrame;
}

}  // namespace metergate::hdlc
