// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/keys/vending_keys.hpp"
#include "protocols/sts/decoder_key.hpp"
#include "protocols/sts/token_cipher.hpp"

namespace metergate::keys {

/// What the file and PKCS#11 backends have in common: tokens are made in this process under a
/// decoder key that lives for the one operation and is wiped after it.
class LocalKeyStore : public KeyStore {
 public:
  [[nodiscard]] Result<std::vector<VendingKeyRecord>, KeyFault> list() override;
  [[nodiscard]] Result<VendingKeyRecord, KeyFault> find(const sts::KeyDerivation& meter) override;
  [[nodiscard]] Result<TokenDigits, KeyFault> make_token(const sts::KeyDerivation& meter,
                                                         const sts::TokenContent& content) override;
  [[nodiscard]] Result<std::vector<TokenDigits>, KeyFault> make_key_change(
      const sts::KeyDerivation& from, const sts::KeyDerivation& to,
      sts::SupplyGroupToken third) override;
  [[nodiscard]] Result<sts::TokenContent, KeyFault> read_token(const sts::KeyDerivation& meter,
                                                               const TokenDigits& digits) override;

 private:
  [[nodiscard]] virtual Result<std::vector<VendingKeyRecord>, KeyFault> records() = 0;
  /// The meter's key; `record` is the vending key's, found and fit for the derivation.
  [[nodiscard]] virtual Result<sts::DecoderKey, KeyFault> derive(
      const VendingKeyRecord& record, const sts::KeyDerivation& meter) = 0;
  [[nodiscard]] virtual Result<sts::StaTables, KeyFault> tables() = 0;

  [[nodiscard]] Result<sts::TokenCipher, KeyFault> cipher(const VendingKeyRecord& record,
                                                          const sts::KeyDerivation& meter);
};

}  // namespace metergate::keys
