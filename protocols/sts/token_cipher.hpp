// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocols/sts/decoder_key.hpp"
#include "protocols/sts/key_attributes.hpp"
#include "protocols/sts/sta.hpp"

namespace metergate::sts {

/// An encryption algorithm with a decoder key of the right length: blocks of 64 bits both ways.
class TokenCipher {
 public:
  /// Fault: 8 octets are wanted for EA 07 and 09, 16 for EA 11. `tables` matter for EA 07 only.
  [[nodiscard]] static Result<TokenCipher, FieldFault> of(
      EncryptionAlgorithm algorithm, DecoderKey key, const StaTables& tables = StaTables::sample());

  [[nodiscard]] std::uint64_t encrypt(std::uint64_t block) const;
  [[nodiscard]] std::uint64_t decrypt(std::uint64_t block) const;

  [[nodiscard]] EncryptionAlgorithm algorithm() const { return algorithm_; }
  [[nodiscard]] const DecoderKey& key() const { return key_; }

 private:
  TokenCipher(EncryptionAlgorithm algorithm, DecoderKey key, const StaTables& tables)
      : algorithm_{algorithm}, key_{std::move(key)}, tables_{tables} {}
  EncryptionAlgorithm algorithm_;
  DecoderKey key_;
  StaTables tables_;
};

}  // namespace metergate::sts
