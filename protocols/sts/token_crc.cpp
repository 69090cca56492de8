// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/token_crc.hpp"

#include <array>

#include "protocols/octets/crc16.hpp"

namespace metergate::sts {
namespace {

constexpr std::size_t kDataOctets = 7;
constexpr std::uint8_t kCurrencyOctet = 0x01;

bool is_currency_credit(TokenClass token_class, std::uint64_t data48) {
  const std::uint64_t subclass = (data48 >> 44U) & 0xFU;
  return token_class == TokenClass::Credit && subclass >= 4 && subclass <= 7;
}

}  // namespace

std::uint16_t token_crc(OctetView octets) {
  const std::uint16_t crc = crc16_modbus(octets);
  return static_cast<std::uint16_t>((crc << 8U) | (crc >> 8U));
}

std::uint16_t data_crc(TokenClass token_class, std::uint64_t data48) {
  std::array<std::uint8_t, kDataOctets + 1> octets{};
  octets[0] = static_cast<std::uint8_t>(token_class);
  for (std::size_t at = 1; at < kDataOctets; ++at) {
    octets[at] = static_cast<std::uint8_t>(data48 >> (8 * (kDataOctets - 1 - at)));
  }
  octets[kDataOctets] = kCurrencyOctet;
  const std::size_t count = is_currency_credit(token_class, data48) ? octets.size() : kDataOctets;
  return token_crc(OctetView{octets}.first(count));
}

bool block_crc_holds(TokenClass token_class, std::uint64_t block) {
  return data_crc(token_class, block >> 16U) == static_cast<std::uint16_t>(block);
}

}  // namespace metergate::sts
