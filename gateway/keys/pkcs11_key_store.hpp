// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "gateway/keys/local_key_store.hpp"
#include "gateway/keys/pkcs11_session.hpp"

namespace metergate::keys {

/// Vending keys in a PKCS#11 token. What is done where:
///
/// DKGA04   the HMAC runs in the module; the key can't leave it. Where the module has no
///          CKM_SHA256_HMAC the key is kept so that it can leave wrapped, as below.
/// DKGA02   ends with an exclusive-or of the key itself, which no PKCS#11 mechanism does, so the
/// key
///          is unwrapped into this process for the one derivation and wiped.
/// EA 07, EA 11   no PKCS#11 mechanism knows them: the meter's key is in this process for the one
///          token and wiped.
///
/// The token holds one secret key object per vending key, labelled as vending_key_label() says, and
/// the tables of EA 07 as a private data object. PINs are changed with the module's own tool.
class Pkcs11KeyStore final : public LocalKeyStore {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Pkcs11KeyStore>, KeyFault> open(
      const Pkcs11Token& token, const Passphrase& pin);

  /// How a key will be kept and used, for people: `DKGA04 in the module; DKGA02 unwrapped for ...`.
  [[nodiscard]] std::string abilities() const;

  [[nodiscard]] Result<Done, KeyFault> import_key(const VendingKeyRecord& record,
                                                  const sts::VendingKey& key) override;
  [[nodiscard]] Result<Done, KeyFault> remove_key(const VendingKeyName& name) override;
  [[nodiscard]] Result<Done, KeyFault> import_tables(const sts::StaTables& tables) override;
  [[nodiscard]] Result<bool, KeyFault> has_tables() override;

 private:
  explicit Pkcs11KeyStore(std::unique_ptr<Pkcs11Session> session) : session_{std::move(session)} {}

  [[nodiscard]] Result<std::vector<VendingKeyRecord>, KeyFault> records() override;
  [[nodiscard]] Result<sts::DecoderKey, KeyFault> derive(const VendingKeyRecord& record,
                                                         const sts::KeyDerivation& meter) override;
  [[nodiscard]] Result<sts::StaTables, KeyFault> tables() override;
  [[nodiscard]] Result<Pkcs11Session::Object, KeyFault> object_of(const VendingKeyName& name);

  std::unique_ptr<Pkcs11Session> session_;
  std::optional<sts::StaTables> tables_;  ///< once read
};

/// `metergate-vk/1 123456 2 1 14 04 255 07+11`: SGC, KT, KRN, base date, DKGA, KEN, EAs.
[[nodiscard]] std::string vending_key_label(const VendingKeyRecord& record);
[[nodiscard]] std::optional<VendingKeyRecord> parse_vending_key_label(std::string_view label);

}  // namespace metergate::keys
