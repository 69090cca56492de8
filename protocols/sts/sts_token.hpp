// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "protocols/result.hpp"
#include "protocols/sts/token_digits.hpp"

namespace metergate::sts {

/// Two bits of IEC 62055-41: what a token is for.
enum class TokenClass : std::uint8_t { Credit = 0, Test = 1, Management = 2, Reserved = 3 };

/// 66 bits as two limbs: `high` holds bits 65..64.
struct TokenBits {
  std::uint8_t high = 0;
  std::uint64_t low = 0;

  friend bool operator==(const TokenBits&, const TokenBits&) = default;
};

/// The 66-bit number behind 20 digits below 2^66. Larger digits are no STS token.
[[nodiscard]] Result<TokenBits, DigitsFault> token_bits(const TokenDigits& digits);

/// The way back: the number in decimal, padded to 20 digits. `bits.high` is cut to two bits.
[[nodiscard]] TokenDigits token_digits(TokenBits bits);

/// Puts the class into bits 28..27 of a block of 64 bits and moves the two bits that stood there to
/// 65..64 (IEC 62055-41, 6.4.4).
[[nodiscard]] TokenBits insert_class(TokenClass token_class, std::uint64_t block);
/// The block without its class: encrypted for classes 0 and 2, clear for class 1.
[[nodiscard]] std::uint64_t block_of(TokenBits bits);

/// The class stands at bits 28..27 of the number, never encrypted (IEC 62055-41, class insertion).
[[nodiscard]] TokenClass token_class(TokenBits bits);

/// Class 1 tokens are not encrypted, so their CRC can be judged without any key; for every other
/// class this is true, because only the meter (or a key) can tell.
[[nodiscard]] bool clear_crc_holds(TokenBits bits);

}  // namespace metergate::sts
