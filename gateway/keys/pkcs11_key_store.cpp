// SPDX-License-Identifier: Apache-2.0
#include "gateway/keys/pkcs11_key_store.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "gateway/keys/import_faults.hpp"

namespace metergate::keys {
namespace {

using Reason = KeyFault::Reason;

constexpr std::string_view kLabelPrefix = "metergate-vk/1 ";
const std::string kTablesLabel = "metergate-sta-tables";
constexpr std::size_t kFields = 7;
/// Modules ask for keys as long as the digest. HMAC fills a shorter key with zeros up to its block
/// of 64 octets anyway (FIPS 198-1), so zeros behind it change nothing.
constexpr std::size_t kHmacKeyOctets = 32;

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::array<std::string_view, kFields>> fields(std::string_view text) {
  std::array<std::string_view, kFields> out;
  for (std::size_t at = 0; at < kFields; ++at) {
    const bool is_last = at + 1 == kFields;
    const auto end = text.find(' ');
    if (is_last != (end == std::string_view::npos)) return std::nullopt;
    out[at] = text.substr(0, end);
    if (!is_last) text.remove_prefix(end + 1);
  }
  return out;
}

/// SoftHSM hands over the padding of RFC 5649 with the key: zeros up to a multiple of eight octets.
Result<sts::VendingKey, KeyFault> cut_to(const crypto::SecretOctets& unwrapped,
                                         std::size_t octets) {
  const OctetView all = unwrapped.view();
  const bool padded_with_zeros =
      all.size() >= octets &&
      std::ranges::all_of(all.subspan(octets), [](std::uint8_t octet) { return octet == 0; });
  if (!padded_with_zeros) {
    return failure(KeyFault{Reason::Damaged, "a vending key in the PKCS#11 token has " +
                                                 std::to_string(all.size()) + " octets; must be " +
                                                 std::to_string(octets)});
  }
  return sts::VendingKey::of(crypto::SecretOctets{all.first(octets)}).value();
}

}  // namespace

std::string vending_key_label(const VendingKeyRecord& record) {
  const VendingKeyName& name = record.name;
  std::string out{kLabelPrefix};
  out += name.supply_group.digits();
  out += ' ' + std::to_string(static_cast<unsigned>(name.key_type));
  out += ' ' + std::to_string(name.key_revision.number());
  out += ' ' + std::string{sts::base_date_code(name.base_date)};
  out += ' ' + std::string{generation_code(record.generation)};
  out += ' ' + std::to_string(record.key_expiry.value);
  return out + ' ' + record.algorithms.text();
}

std::optional<VendingKeyRecord> parse_vending_key_label(std::string_view label) {
  if (!label.starts_with(kLabelPrefix)) return std::nullopt;
  const auto parts = fields(label.substr(kLabelPrefix.size()));
  if (!parts) return std::nullopt;
  const auto& [sgc, kt, krn, base, dkga, ken, eas] = *parts;
  const auto supply_group = sts::SupplyGroupCode::parse(sgc);
  const auto type_number = number(kt);
  const auto key_type = type_number ? sts::key_type_of(*type_number) : std::nullopt;
  const auto key_revision = sts::KeyRevisionNumber::of(number(krn).value_or(0));
  const auto base_date = sts::parse_base_date(base);
  const auto generation = sts::parse_key_generation(dkga);
  const auto key_expiry = number(ken);
  const auto algorithms = AlgorithmSet::parse(eas);
  if (!supply_group || !key_type || !key_revision || !base_date || !generation || !key_expiry ||
      *key_expiry > 255 || !algorithms) {
    return std::nullopt;
  }
  return VendingKeyRecord{{*supply_group, *key_type, *key_revision, *base_date},
                          *generation,
                          {static_cast<std::uint8_t>(*key_expiry)},
                          *algorithms};
}

Result<std::unique_ptr<Pkcs11KeyStore>, KeyFault> Pkcs11KeyStore::open(const Pkcs11Token& token,
                                                                       const Passphrase& pin) {
  auto session = Pkcs11Session::open(token, pin);
  if (!session) return failure(std::move(session).error());
  return std::unique_ptr<Pkcs11KeyStore>{new Pkcs11KeyStore{std::move(session).value()}};
}

std::string Pkcs11KeyStore::abilities() const {
  const std::string_view unwrapping =
      session_->offers_unwrapping() ? "unwrapped into this process for the one operation and wiped"
                                    : "cannot be kept: the module has no CKM_AES_KEY_WRAP_PAD";
  std::string out = "DKGA04 vending keys: ";
  out += session_->offers_hmac_sha256() ? "used in the module, never leave it" : unwrapping;
  out += "\nDKGA02 vending keys: ";
  return out += unwrapping;
}

Result<Done, KeyFault> Pkcs11KeyStore::import_key(const VendingKeyRecord& record,
                                                  const sts::VendingKey& key) {
  if (key.size() != vending_key_octets(record.generation)) {
    return failure(wrong_length(record, key.size()));
  }
  const auto there = object_of(record.name);
  if (there) return failure(already_there(record.name));
  if (there.error().reason != Reason::NoKey) return failure(there.error());
  const bool in_module =
      record.generation == sts::KeyGeneration::Dkga04 && session_->offers_hmac_sha256();
  if (!in_module && !session_->offers_unwrapping()) {
    return failure(
        KeyFault{Reason::Refused, "the module cannot keep a DKGA" +
                                      std::string{generation_code(record.generation)} +
                                      " key: it has no CKM_AES_KEY_WRAP_PAD to unwrap it with"});
  }
  if (!in_module) {
    return session_->create_key(vending_key_label(record), Pkcs11Session::KeyUse::Unwraps,
                                key.view());
  }
  std::array<std::uint8_t, kHmacKeyOctets> padded{};
  std::ranges::copy(key.view(), padded.begin());
  auto created =
      session_->create_key(vending_key_label(record), Pkcs11Session::KeyUse::Hmac, padded);
  crypto::wipe(padded);
  return created;
}

Result<Done, KeyFault> Pkcs11KeyStore::remove_key(const VendingKeyName& name) {
  const auto object = object_of(name);
  if (!object) return failure(object.error());
  return session_->destroy(*object);
}

Result<Done, KeyFault> Pkcs11KeyStore::import_tables(const sts::StaTables& tables) {
  Octets octets(tables.s1().begin(), tables.s1().end());
  octets.insert(octets.end(), tables.s2().begin(), tables.s2().end());
  octets.insert(octets.end(), tables.permutation().begin(), tables.permutation().end());
  auto done = session_->replace_data(kTablesLabel, octets);
  crypto::wipe(octets);
  if (done) tables_ = tables;
  return done;
}

Result<bool, KeyFault> Pkcs11KeyStore::has_tables() {
  const auto octets = session_->data(kTablesLabel);
  if (!octets) return failure(octets.error());
  return octets->has_value();
}

Result<std::vector<VendingKeyRecord>, KeyFault> Pkcs11KeyStore::records() {
  const auto keys = session_->keys(kLabelPrefix);
  if (!keys) return failure(keys.error());
  std::vector<VendingKeyRecord> all;
  for (const Pkcs11Session::Key& key : *keys) {
    if (auto record = parse_vending_key_label(key.label)) all.push_back(std::move(*record));
  }
  return all;
}

Result<Pkcs11Session::Object, KeyFault> Pkcs11KeyStore::object_of(const VendingKeyName& name) {
  const auto keys = session_->keys(kLabelPrefix);
  if (!keys) return failure(keys.error());
  for (const Pkcs11Session::Key& key : *keys) {
    const auto record = parse_vending_key_label(key.label);
    if (record && record->name == name) return key.object;
  }
  return failure(KeyFault{Reason::NoKey, "no vending key for " + name.text()});
}

Result<sts::DecoderKey, KeyFault> Pkcs11KeyStore::derive(const VendingKeyRecord& record,
                                                         const sts::KeyDerivation& meter) {
  const auto object = object_of(record.name);
  if (!object) return failure(object.error());
  if (record.generation == sts::KeyGeneration::Dkga04 && session_->offers_hmac_sha256()) {
    auto digest = session_->hmac_sha256(*object, sts::dkga04_data_block(meter));
    if (!digest) return failure(std::move(digest).error());
    auto key = sts::DecoderKey::of(
        crypto::SecretOctets{OctetView{*digest}.first(sts::key_octets(meter.algorithm))});
    crypto::wipe(*digest);
    return std::move(key).value();
  }
  const auto octets = session_->unwrapped(*object);
  if (!octets) return failure(octets.error());
  const auto vending_key = cut_to(*octets, vending_key_octets(record.generation));
  if (!vending_key) return failure(vending_key.error());
  auto key = sts::derive_decoder_key(*vending_key, meter);
  if (!key) return failure(KeyFault{Reason::Refused, key.error().text()});
  return std::move(key).value();
}

Result<sts::StaTables, KeyFault> Pkcs11KeyStore::tables() {
  if (tables_) return *tables_;
  auto octets = session_->data(kTablesLabel);
  if (!octets) return failure(std::move(octets).error());
  if (!octets->has_value()) return sts::StaTables::sample();
  auto tables = sts::StaTables::of_octets(**octets);
  crypto::wipe(**octets);
  if (!tables) return failure(KeyFault{Reason::Damaged, tables.error().text()});
  tables_ = *tables;
  return *tables_;
}

}  // namespace metergate::keys
