// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/token_cipher.hpp"

#include "protocols/crypto/des.hpp"
#include "protocols/sts/misty1.hpp"

namespace metergate::sts {
namespace {

crypto::DesBlock octets_of(std::uint64_t block) {
  crypto::DesBlock octets{};
  for (std::size_t at = octets.size(); at-- > 0; block >>= 8U) {
    octets[at] = static_cast<std::uint8_t>(block);
  }
  return octets;
}

std::uint64_t number_of(OctetView octets) {
  std::uint64_t number = 0;
  for (const std::uint8_t octet : octets) number = (number << 8U) | octet;
  return number;
}

}  // namespace

Result<TokenCipher, FieldFault> TokenCipher::of(EncryptionAlgorithm algorithm, DecoderKey key,
                                                const StaTables& tables) {
  if (key.size() != key_octets(algorithm)) {
    return failure(FieldFault{"decoder key", std::to_string(key.size()) + " octets",
                              "8 octets for EA 07 and 09, 16 for EA 11"});
  }
  return TokenCipher{algorithm, std::move(key), tables};
}

std::uint64_t TokenCipher::encrypt(std::uint64_t block) const {
  switch (algorithm_) {
    case EncryptionAlgorithm::Sta:
      return sta_encrypt(tables_, number_of(key_.view()), block);
    case EncryptionAlgorithm::Dea:
      return number_of(
          crypto::des_encrypt(crypto::DesKey{key_.view().data(), 8}, octets_of(block)));
    case EncryptionAlgorithm::Misty1:
      break;
  }
  return misty1_encrypt(Misty1Key{key_.view().data(), 16}, block);
}

std::uint64_t TokenCipher::decrypt(std::uint64_t block) const {
  switch (algorithm_) {
    case EncryptionAlgorithm::Sta:
      return sta_decrypt(tables_, number_of(key_.view()), block);
    case EncryptionAlgorithm::Dea:
      return number_of(
          crypto::des_decrypt(crypto::DesKey{key_.view().data(), 8}, octets_of(block)));
    case EncryptionAlgorithm::Misty1:
      break;
  }
  return misty1_decrypt(Misty1Key{key_.view().data(), 16}, block);
}

}  // namespace metergate::sts
