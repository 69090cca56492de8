// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocols/result.hpp"
#include "protocols/sts/sts_token.hpp"
#include "protocols/sts/token_block.hpp"
#include "protocols/sts/token_cipher.hpp"
#include "protocols/sts/token_content.hpp"

namespace metergate::sts {

/// From content to the twenty digits and back (IEC 62055-41 6.4, 6.5): block, encryption of classes
/// 0 and 2, class insertion, decimal form.

/// Classes 0 and 2 go through the cipher, class 1 stays clear.
[[nodiscard]] Result<TokenDigits, FieldFault> encode_token(const TokenContent& content,
                                                           const TokenCipher& cipher);
/// Class 1 needs no key. Fault also for a content of another class.
[[nodiscard]] Result<TokenDigits, FieldFault> encode_clear_token(const TokenContent& content);

/// The clear block behind a token: decrypted for classes 0 and 2.
[[nodiscard]] std::uint64_t clear_block(TokenBits bits, const TokenCipher& cipher);

[[nodiscard]] Result<TokenContent, CrcFault> decode_token(TokenBits bits,
                                                          const TokenCipher& cipher);

}  // namespace metergate::sts
