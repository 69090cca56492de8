// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/token_codec.hpp"

namespace metergate::sts {
namespace {

bool is_encrypted(TokenClass token_class) {
  return token_class == TokenClass::Credit || token_class == TokenClass::Management;
}

}  // namespace

Result<TokenDigits, FieldFault> encode_token(const TokenContent& content,
                                             const TokenCipher& cipher) {
  const TokenClass token_class = class_of(content);
  if (!is_encrypted(token_class)) return encode_clear_token(content);
  const auto block = encode_block(content);
  if (!block) return failure(block.error());
  return token_digits(insert_class(token_class, cipher.encrypt(*block)));
}

Result<TokenDigits, FieldFault> encode_clear_token(const TokenContent& content) {
  const TokenClass token_class = class_of(content);
  if (token_class != TokenClass::Test) {
    return failure(FieldFault{"class", std::to_string(static_cast<unsigned>(token_class)),
                              "1 where there is no key; class 3 is reserved"});
  }
  const auto block = encode_block(content);
  if (!block) return failure(block.error());
  return token_digits(insert_class(token_class, *block));
}

std::uint64_t clear_block(TokenBits bits, const TokenCipher& cipher) {
  const std::uint64_t block = block_of(bits);
  return is_encrypted(token_class(bits)) ? cipher.decrypt(block) : block;
}

Result<TokenContent, CrcFault> decode_token(TokenBits bits, const TokenCipher& cipher) {
  return decode_block(token_class(bits), clear_block(bits, cipher));
}

}  // namespace metergate::sts
