// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "gateway/keys/passphrase.hpp"
#include "gateway/keys/vending_key_record.hpp"
#include "protocols/sts/decoder_key.hpp"

/// Test keys of the STS compliance specifications (tests/vectors), none in use anywhere.
namespace metergate::keys {

inline Passphrase passphrase(std::string_view text) {
  return Passphrase{Octets(text.begin(), text.end())};
}

inline sts::VendingKey vending_key(std::string_view hex) {
  return sts::VendingKey::of(crypto::SecretOctets::from_hex(hex).value()).value();
}

inline const char* const kDkga04Key = "abababababababab949494949494949401234567";
inline const char* const kDkga02Key = "abababababababab";

/// The group of the vectors' meters: SGC 201457, DUTK, KRN 1, base date 2014, DKGA04.
inline VendingKeyRecord dkga04_record(std::uint8_t ken = 255) {
  return {{sts::SupplyGroupCode::of(201'457).value(), sts::KeyType::Unique,
           sts::KeyRevisionNumber::of(1).value(), sts::BaseDate::Y2014},
          sts::KeyGeneration::Dkga04,
          {ken},
          AlgorithmSet::usual_for(sts::KeyGeneration::Dkga04)};
}

inline VendingKeyRecord dkga02_record() {
  return {{sts::SupplyGroupCode::of(123'456).value(), sts::KeyType::Unique,
           sts::KeyRevisionNumber::of(1).value(), sts::BaseDate::Y1993},
          sts::KeyGeneration::Dkga02,
          {255},
          AlgorithmSet::usual_for(sts::KeyGeneration::Dkga02)};
}

/// The meter 600727000000000009 under one of the keys above.
inline sts::KeyDerivation meter_of(const VendingKeyRecord& record,
                                   sts::EncryptionAlgorithm algorithm, unsigned tariff_index = 1) {
  return {.generation = record.generation,
          .algorithm = algorithm,
          .pan = sts::MeterPan::parse("600727000000000009").value(),
          .supply_group = record.name.supply_group,
          .tariff_index = sts::TariffIndex::of(tariff_index).value(),
          .key_revision = record.name.key_revision,
          .key_type = record.name.key_type,
          .base_date = record.name.base_date};
}

}  // namespace metergate::keys
