// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/sts_token.hpp"

namespace metergate::sts {
namespace {

/// CRC of IEC 62055-41 over class and data: polynomial 8005 LSB first, start FFFF, over 7 octets
/// (6 zero bits, class, 48 data bits); the two result octets are swapped in the block.
std::uint16_t block_crc(TokenClass token_class, std::uint64_t data48) {
  std::uint16_t crc = 0xFFFF;
  for (int octet = 6; octet >= 0; --octet) {
    const auto next = octet == 6 ? static_cast<std::uint8_t>(token_class)
                                 : static_cast<std::uint8_t>(data48 >> (8 * octet));
    crc = static_cast<std::uint16_t>(crc ^ next);
    for (int bit = 0; bit < 8; ++bit) {
      crc = static_cast<std::uint16_t>((crc & 1U) != 0 ? (crc >> 1U) ^ 0xA001U : crc >> 1U);
    }
  }
  return static_cast<std::uint16_t>((crc << 8U) | (crc >> 8U));
}

}  // namespace

Result<TokenBits, DigitsFault> token_bits(const TokenDigits& digits) {
  TokenBits bits;
  std::size_t position = 0;
  for (const std::uint8_t digit : digits.values()) {
    // low * 10 + digit, with the carry taken in two halves so that nothing exceeds 64 bits.
    const std::uint64_t lower = (bits.low & 0xFFFFFFFFU) * 10 + digit;
    const std::uint64_t upper = (bits.low >> 32U) * 10 + (lower >> 32U);
    bits.low = (upper << 32U) | (lower & 0xFFFFFFFFU);
    const std::uint64_t high = std::uint64_t{bits.high} * 10 + (upper >> 32U);
    if (high > 3) return failure(DigitsFault{DigitsFault::Reason::OutOfRange, position});
    bits.high = static_cast<std::uint8_t>(high);
    ++position;
  }
  return bits;
}

TokenClass token_class(TokenBits bits) {
  return static_cast<TokenClass>((bits.low >> 27U) & 3U);
}

bool clear_crc_holds(TokenBits bits) {
  const TokenClass kind = token_class(bits);
  if (kind != TokenClass::Test) return true;
  // Undo the class insertion: bits 65..64 go back to 28..27 of the block.
  const std::uint64_t block =
      (bits.low & ~(std::uint64_t{3} << 27U)) | (std::uint64_t{bits.high} << 27U);
  return block_crc(kind, block >> 16U) == static_cast<std::uint16_t>(block);
}

}  // namespace metergate::sts
