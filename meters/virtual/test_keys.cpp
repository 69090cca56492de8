// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/test_keys.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "protocols/crypto/hash.hpp"

namespace metergate::virtual_meter::test_keys {
namespace {

constexpr std::string_view kPublicSeed = "metergate public test keys, worth nothing";
constexpr std::uint64_t kLocallyAdministered = 0x02ULL << 56U;
constexpr std::uint32_t kSerials = 100'000'000;
constexpr std::uint32_t kOtherMeters = 50'000'000;
constexpr std::size_t kSerialDigits = 8;

crypto::Sha256Digest digest_of(const std::string& name) {
  const Octets seed{kPublicSeed.begin(), kPublicSeed.end()};
  return crypto::hmac_sha256(seed, Octets{name.begin(), name.end()});
}

std::uint64_t number_of(const crypto::Sha256Digest& digest) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = (number << 8U) | digest[i];
  return number;
}

/// The constants of this file and of whoever makes test meters are right, or it is a mistake in the
/// program.
template <typename T>
T right(Result<T, FieldFault> made) {
  if (!made) throw std::invalid_argument{"test keys: " + made.error().text()};
  return std::move(*made);
}

crypto::SecretOctets private_key(const std::string& whose) {
  // One in four thousand million digests is no number of the group.
  for (unsigned attempt = 0;; ++attempt) {
    crypto::SecretOctets key{digest_of(whose + '/' + std::to_string(attempt))};
    if (crypto::p256_public_key(key)) return key;
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::uint32_t serial_in_pan(const std::string& text) {
  std::string_view rest = text;
  const bool other = rest.ends_with("-B");
  if (other) rest.remove_suffix(2);
  const auto first = std::min(rest.find_first_of("0123456789"), rest.size());
  const std::string_view digits = rest.substr(first);
  if (digits.size() != kSerialDigits || !std::ranges::all_of(digits, is_digit)) {
    return static_cast<std::uint32_t>(number_of(digest_of("pan/" + text)) % kSerials);
  }
  const auto number = static_cast<std::uint32_t>(std::stoul(std::string{digits}));
  return other ? (number + kOtherMeters) % kSerials : number;
}

}  // namespace

sts::VendingKey vending_key(std::uint32_t supply_group, sts::KeyType type,
                            std::uint8_t key_revision, sts::BaseDate base_date) {
  const crypto::Sha256Digest digest = digest_of("vending/" + std::to_string(supply_group) + '/' +
                                                std::to_string(static_cast<unsigned>(type)) + '/' +
                                                std::to_string(unsigned{key_revision}) + '/' +
                                                std::string{sts::base_date_code(base_date)});
  return right(sts::VendingKey::of(crypto::SecretOctets{OctetView{digest}.first(20)}));
}

sts::MeterPan meter_pan(const SerialNumber& serial) {
  std::string digits = std::to_string(serial_in_pan(serial.text()));
  digits.insert(0, kSerialDigits - digits.size(), '0');
  return sts::MeterPan::of(right(sts::DecoderReferenceNumber::of("00", digits)));
}

sts::KeyDerivation derivation(const SerialNumber& serial, const Issue& issue) {
  return {.generation = sts::KeyGeneration::Dkga04,
          .algorithm = issue.algorithm,
          .pan = meter_pan(serial),
          .supply_group = right(sts::SupplyGroupCode::of(issue.supply_group)),
          .tariff_index = right(sts::TariffIndex::of(issue.tariff_index)),
          .key_revision = right(sts::KeyRevisionNumber::of(issue.key_revision)),
          .key_type = issue.key_type,
          .base_date = issue.base_date};
}

MeterKeys meter_keys(const SerialNumber& serial, const Issue& issue) {
  const sts::KeyDerivation from = derivation(serial, issue);
  sts::DecoderKey key = right(sts::derive_decoder_key(
      vending_key(issue.supply_group, issue.key_type, issue.key_revision, issue.base_date), from));
  return {.pan = from.pan,
          .generation = from.generation,
          .base_date = issue.base_date,
          .decoder = {.cipher = right(sts::TokenCipher::of(issue.algorithm, std::move(key))),
                      .key_type = issue.key_type,
                      .key_expiry = issue.key_expiry,
                      .key_revision = issue.key_revision,
                      .tariff_index = issue.tariff_index,
                      .supply_group = issue.supply_group},
          .utrn = utrn_keys(serial)};
}

utrn::Eui64 supplier_identity() { return utrn::Eui64{kLocallyAdministered | 0x5550'504C'4945'52U}; }

utrn::Eui64 supplier_identity(std::uint32_t supplier_id) {
  constexpr std::uint64_t kSuccessors = 0x5343ULL << 32U;
  return utrn::Eui64{kLocallyAdministered | kSuccessors | supplier_id};
}

utrn::Eui64 meter_identity(const SerialNumber& serial) {
  return utrn::Eui64{kLocallyAdministered | (number_of(digest_of("eui/" + serial.text())) >> 8U)};
}

crypto::SecretOctets supplier_private_key(const utrn::Eui64& supplier) {
  const bool is_first = supplier == supplier_identity();
  return private_key(is_first ? "supplier" : "supplier/" + supplier.text());
}

crypto::SecretOctets meter_private_key(const SerialNumber& serial) {
  return private_key("meter/" + serial.text());
}

crypto::P256Point public_key(const crypto::SecretOctets& key) {
  return crypto::p256_public_key(key).value();
}

UtrnKeys utrn_keys(const SerialNumber& serial, const utrn::Eui64& supplier) {
  static const crypto::P256Point kFirst = public_key(supplier_private_key());
  const bool is_first = supplier == supplier_identity();
  const crypto::P256Point key = is_first ? kFirst : public_key(supplier_private_key(supplier));
  return {{supplier, meter_identity(serial)},
          utrn::prepayment_secret(meter_private_key(serial), key).value()};
}

}  // namespace metergate::virtual_meter::test_keys
