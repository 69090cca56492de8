// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/sts_token.hpp"

#include "protocols/octets/uint128.hpp"
#include "protocols/sts/token_crc.hpp"

namespace metergate::sts {
namespace {

constexpr unsigned kClassShift = 27;
constexpr std::uint64_t kClassMask = std::uint64_t{3} << kClassShift;
constexpr Uint128 kPastTheLast = Uint128{1} << 66U;

}  // namespace

Result<TokenBits, DigitsFault> token_bits(const TokenDigits& digits) {
  Uint128 number = 0;
  std::size_t position = 0;
  for (const std::uint8_t digit : digits.values()) {
    number = number * 10 + digit;
    if (number >= kPastTheLast) {
      return failure(DigitsFault{DigitsFault::Reason::OutOfRange, position});
    }
    ++position;
  }
  return TokenBits{static_cast<std::uint8_t>(number >> 64U), static_cast<std::uint64_t>(number)};
}

TokenDigits token_digits(TokenBits bits) {
  Uint128 number = (Uint128{bits.high & 3U} << 64U) | bits.low;
  std::array<std::uint8_t, 20> values{};
  for (std::size_t at = values.size(); at-- > 0; number /= 10) {
    values[at] = static_cast<std::uint8_t>(number % 10);
  }
  return TokenDigits::of(values);
}

TokenBits insert_class(TokenClass token_class, std::uint64_t block) {
  return {static_cast<std::uint8_t>((block & kClassMask) >> kClassShift),
          (block & ~kClassMask) | (static_cast<std::uint64_t>(token_class) << kClassShift)};
}

std::uint64_t block_of(TokenBits bits) {
  return (bits.low & ~kClassMask) | (std::uint64_t{bits.high & 3U} << kClassShift);
}

TokenClass token_class(TokenBits bits) {
  return static_cast<TokenClass>((bits.low & kClassMask) >> kClassShift);
}

bool clear_crc_holds(TokenBits bits) {
  const TokenClass kind = token_class(bits);
  if (kind != TokenClass::Test) return true;
  return block_crc_holds(kind, block_of(bits));
}

}  // namespace metergate::sts
