// SPDX-License-Identifier: Apache-2.0
#include "gateway/keys/file_key_store.hpp"

#include "gateway/keys/import_faults.hpp"
#include "gateway/keys/private_file.hpp"
#include "gateway/keys/sealed_octets.hpp"
#include "protocols/crypto/p256.hpp"
#include "protocols/utrn/utrn_mac.hpp"

namespace metergate::keys {
namespace {

using Reason = KeyFault::Reason;

constexpr std::size_t kMostFileOctets = 4U << 20U;

Result<Done, KeyFault> judge(const Passphrase& passphrase) {
  if (passphrase.view().size() >= FileKeyStore::kLeastPassphrase) return Done{};
  return failure(KeyFault{Reason::Secret, "the passphrase has " +
                                              std::to_string(passphrase.view().size()) +
                                              " octets; must be at least 12"});
}

Result<Done, KeyFault> write(const std::filesystem::path& file, const Passphrase& passphrase,
                             const KeyRing& ring, crypto::ScryptCost cost, Replace replace) {
  return write_private_file(file, seal(passphrase, encode_ring(ring).view(), cost), replace);
}

KeyFault forgotten() {
  return {Reason::Secret,
          "the key file was opened for making tokens only: nothing in it can be "
          "changed here; open it again with its passphrase"};
}

KeyFault no_supplier(utrn::Eui64 supplier) {
  return {Reason::NoKey, "no prepayment key of supplier " + supplier.text() +
                             "; `metergate keys list` shows those there are"};
}

}  // namespace

Result<Done, KeyFault> FileKeyStore::create(const std::filesystem::path& file,
                                            const Passphrase& passphrase, crypto::ScryptCost cost) {
  if (const auto fit = judge(passphrase); !fit) return failure(fit.error());
  return write(file, passphrase, KeyRing{}, cost, Replace::No);
}

Result<std::unique_ptr<FileKeyStore>, KeyFault> FileKeyStore::open(
    const std::filesystem::path& file, Passphrase passphrase, crypto::ScryptCost cost) {
  std::unique_ptr<FileKeyStore> store{new FileKeyStore{file, std::move(passphrase), cost}};
  if (const auto loaded = store->load(); !loaded) return failure(loaded.error());
  return store;
}

Result<Done, KeyFault> FileKeyStore::load() {
  const auto sealed = read_private_file(file_, kMostFileOctets);
  if (!sealed) return failure(sealed.error());
  const auto clear = open_sealed(passphrase_, *sealed);
  if (!clear)
    return failure(KeyFault{clear.error().reason, file_.string() + ": " + clear.error().text});
  auto ring = decode_ring(clear->view());
  if (!ring) return failure(std::move(ring).error());
  ring_ = std::move(ring).value();
  return Done{};
}

Result<Done, KeyFault> FileKeyStore::change(
    const std::function<Result<Done, KeyFault>(KeyRing&)>& edit) {
  if (passphrase_.view().empty()) return failure(forgotten());
  return with_directory_locked(file_, [&]() -> Result<Done, KeyFault> {
    if (const auto loaded = load(); !loaded) return failure(loaded.error());
    KeyRing edited = ring_;
    if (const auto done = edit(edited); !done) return failure(done.error());
    const auto written = write(file_, passphrase_, edited, cost_, Replace::Yes);
    if (!written) return failure(written.error());
    ring_ = std::move(edited);
    return Done{};
  });
}

Result<Done, KeyFault> FileKeyStore::import_key(const VendingKeyRecord& record,
                                                const sts::VendingKey& key) {
  if (key.size() != vending_key_octets(record.generation)) {
    return failure(wrong_length(record, key.size()));
  }
  return change([&](KeyRing& ring) -> Result<Done, KeyFault> {
    if (ring.find(record.name) != nullptr) {
      return failure(already_there(record.name));
    }
    ring.keys.push_back({record, key});
    return Done{};
  });
}

Result<Done, KeyFault> FileKeyStore::remove_key(const VendingKeyName& name) {
  return change([&](KeyRing& ring) -> Result<Done, KeyFault> {
    const auto removed =
        std::erase_if(ring.keys, [&](const StoredKey& one) { return one.record.name == name; });
    if (removed == 0) {
      return failure(KeyFault{Reason::NoKey, "no vending key for " + name.text()});
    }
    return Done{};
  });
}

Result<Done, KeyFault> FileKeyStore::import_tables(const sts::StaTables& tables) {
  return change([&](KeyRing& ring) -> Result<Done, KeyFault> {
    ring.tables = tables;
    return Done{};
  });
}

Result<Done, KeyFault> FileKeyStore::import_supplier(const SupplierKey& supplier) {
  if (supplier.key.size() != SupplierKey::kOctets || !crypto::p256_public_key(supplier.key)) {
    return failure(KeyFault{Reason::Field,
                            "a supplier's prepayment key has 32 octets: a private "
                            "key of P-256"});
  }
  return change([&](KeyRing& ring) -> Result<Done, KeyFault> {
    if (ring.find(supplier.supplier) != nullptr) {
      return failure(KeyFault{Reason::Present, "a prepayment key of supplier " +
                                                   supplier.supplier.text() + " is there already"});
    }
    ring.suppliers.push_back(supplier);
    return Done{};
  });
}

Result<Done, KeyFault> FileKeyStore::remove_supplier(utrn::Eui64 supplier) {
  return change([&](KeyRing& ring) -> Result<Done, KeyFault> {
    const auto removed = std::erase_if(
        ring.suppliers, [&](const SupplierKey& one) { return one.supplier == supplier; });
    if (removed == 0) return failure(no_supplier(supplier));
    return Done{};
  });
}

std::vector<utrn::Eui64> FileKeyStore::suppliers() const {
  std::vector<utrn::Eui64> all;
  for (const SupplierKey& one : ring_.suppliers) all.push_back(one.supplier);
  return all;
}

Result<crypto::SecretOctets, KeyFault> FileKeyStore::shared_with(utrn::Eui64 supplier,
                                                                 OctetView meter_key) const {
  const SupplierKey* stored = ring_.find(supplier);
  if (stored == nullptr) return failure(no_supplier(supplier));
  auto secret = utrn::prepayment_secret(stored->key, meter_key);
  if (!secret) {
    return failure(KeyFault{Reason::Field,
                            "the meter's public key is none of P-256: 65 octets "
                            "from 04, or 33"});
  }
  return std::move(*secret);
}

Result<bool, KeyFault> FileKeyStore::has_tables() { return ring_.tables.has_value(); }

Result<Done, KeyFault> FileKeyStore::rotate(Passphrase passphrase) {
  if (passphrase_.view().empty()) return failure(forgotten());
  if (const auto fit = judge(passphrase); !fit) return failure(fit.error());
  const auto rotated = with_directory_locked(file_, [&]() -> Result<Done, KeyFault> {
    if (const auto loaded = load(); !loaded) return failure(loaded.error());
    return write(file_, passphrase, ring_, cost_, Replace::Yes);
  });
  if (!rotated) return failure(rotated.error());
  passphrase_ = std::move(passphrase);
  return Done{};
}

Result<std::vector<VendingKeyRecord>, KeyFault> FileKeyStore::records() {
  std::vector<VendingKeyRecord> all;
  all.reserve(ring_.keys.size());
  for (const StoredKey& one : ring_.keys) all.push_back(one.record);
  return all;
}

Result<sts::DecoderKey, KeyFault> FileKeyStore::derive(const VendingKeyRecord& record,
                                                       const sts::KeyDerivation& meter) {
  const StoredKey* stored = ring_.find(record.name);
  if (stored == nullptr) {
    return failure(KeyFault{Reason::NoKey, "no vending key for " + record.name.text()});
  }
  auto key = sts::derive_decoder_key(stored->key, meter);
  if (!key) return failure(KeyFault{Reason::Refused, key.error().text()});
  return std::move(key).value();
}

Result<sts::StaTables, KeyFault> FileKeyStore::tables() {
  return ring_.tables.value_or(sts::StaTables::sample());
}

}  // namespace metergate::keys
