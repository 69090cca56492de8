// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace metergate::sts {

/// What a meter makes of a token (IEC 62055-41 7.2, TokenResult). Only names: which number a meter
/// says is its adapter's business, since the numbers are known from one maker alone.
enum class TokenResult : std::uint8_t {
  Accept,
  FirstKct,  ///< a section is stored, the key change set is not whole
  SecondKct,
  ThirdKct,
  FourthKct,
  OverflowError,    ///< the register would overflow; credit unchanged
  KeyTypeError,     ///< key change to a forbidden key type
  FormatError,      ///< not a token at all
  RangeError,       ///< a value the meter does not support
  FunctionError,    ///< a class or subclass it does not know
  OldError,         ///< TID below the smallest stored
  UsedError,        ///< TID already stored
  KeyExpiredError,  ///< TID past the key expiry number
  DdtkError,        ///< credit under a default key
  CrcError,         ///< wrong key, wrong meter or typing error
  MfrCodeError,     ///< class 1 for another maker's meters
  LockoutError,     ///< entry is locked
};

/// `Accept`, `1stKCT`, `CRCError` ...: as the standard writes them.
[[nodiscard]] std::string_view token_result_word(TokenResult result);
[[nodiscard]] std::optional<TokenResult> parse_token_result(std::string_view word);

}  // namespace metergate::sts
