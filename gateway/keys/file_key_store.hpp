// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "gateway/keys/key_ring.hpp"
#include "gateway/keys/local_key_store.hpp"
#include "gateway/keys/passphrase.hpp"
#include "protocols/crypto/scrypt.hpp"

namespace metergate::keys {

/// Vending keys in an encrypted file (gateway/keys/sealed_octets.hpp), for test systems and small
/// utilities without a module. The keys are in this process's memory while it is open: whoever can
/// read that memory has them, which is why a module is better.
class FileKeyStore final : public LocalKeyStore {
 public:
  /// Creates an empty file. Faults: Secret for a passphrase shorter than kLeastPassphrase octets;
  /// Present.
  static constexpr std::size_t kLeastPassphrase = 12;
  [[nodiscard]] static Result<Done, KeyFault> create(const std::filesystem::path& file,
                                                     const Passphrase& passphrase,
                                                     crypto::ScryptCost cost = {});

  [[nodiscard]] static Result<std::unique_ptr<FileKeyStore>, KeyFault> open(
      const std::filesystem::path& file, Passphrase passphrase, crypto::ScryptCost cost = {});

  [[nodiscard]] Result<Done, KeyFault> import_key(const VendingKeyRecord& record,
                                                  const sts::VendingKey& key) override;
  [[nodiscard]] Result<Done, KeyFault> remove_key(const VendingKeyName& name) override;
  [[nodiscard]] Result<Done, KeyFault> import_tables(const sts::StaTables& tables) override;
  [[nodiscard]] Result<bool, KeyFault> has_tables() override;

  // ---- suppliers' prepayment keys, for UTRNs
  /// Faults: Field where the octets are no key of P-256; Present.
  [[nodiscard]] Result<Done, KeyFault> import_supplier(const SupplierKey& supplier);
  [[nodiscard]] Result<Done, KeyFault> remove_supplier(utrn::Eui64 supplier);
  [[nodiscard]] std::vector<utrn::Eui64> suppliers() const;
  /// What the supplier shares with the one meter of this public key (65 octets, or 33 compressed),
  /// to make or to check its UTRNs. The supplier's own key stays here. Faults: NoKey; Field.
  [[nodiscard]] Result<crypto::SecretOctets, KeyFault> shared_with(utrn::Eui64 supplier,
                                                                   OctetView meter_key) const;

  /// Seals the file anew under another passphrase. Copies of the old file stay under the old one.
  [[nodiscard]] Result<Done, KeyFault> rotate(Passphrase passphrase);

  /// Tokens are made with what was read; nothing is changed any more (fault Secret). A gateway that
  /// runs for years keeps no passphrase in its memory for that.
  void forget_passphrase() { passphrase_ = Passphrase{Octets{}}; }

 private:
  FileKeyStore(std::filesystem::path file, Passphrase passphrase, crypto::ScryptCost cost)
      : file_{std::move(file)}, passphrase_{std::move(passphrase)}, cost_{cost} {}

  [[nodiscard]] Result<std::vector<VendingKeyRecord>, KeyFault> records() override;
  [[nodiscard]] Result<sts::DecoderKey, KeyFault> derive(const VendingKeyRecord& record,
                                                         const sts::KeyDerivation& meter) override;
  [[nodiscard]] Result<sts::StaTables, KeyFault> tables() override;

  [[nodiscard]] Result<Done, KeyFault> load();
  /// Reads the file again, changes it, writes it, with other processes kept out.
  [[nodiscard]] Result<Done, KeyFault> change(
      const std::function<Result<Done, KeyFault>(KeyRing&)>& edit);

  std::filesystem::path file_;
  Passphrase passphrase_;
  crypto::ScryptCost cost_;
  KeyRing ring_;
};

}  // namespace metergate::keys
