// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocols/sts/key_derivation.hpp"
#include "protocols/sts/token_cipher.hpp"
#include "tests/support/vectors.hpp"

namespace metergate::sts {

inline const boost::json::object& sts_vectors() {
  static const boost::json::object file = vectors::load("sts.json");
  return file;
}

inline DecoderKey decoder_key(const boost::json::object& entry, std::string_view field) {
  return DecoderKey::of(crypto::SecretOctets{vectors::octets(entry, field)}).value();
}

/// A named meter of the vectors: its vending key and what it is derived with.
struct VectorConfig {
  VendingKey vending_key;
  KeyDerivation derivation;
  DecoderKey expected;

  [[nodiscard]] TokenCipher cipher() const {
    return TokenCipher::of(derivation.algorithm, expected).value();
  }
};

inline VectorConfig vector_config(std::string_view name) {
  const auto& entry = sts_vectors().at("configs").at(name).as_object();
  using namespace vectors;
  return {VendingKey::of(crypto::SecretOctets{octets(entry, "vending_key")}).value(),
          KeyDerivation{
              .generation = parse_key_generation(text(entry, "dkga")).value(),
              .algorithm = parse_algorithm(text(entry, "ea")).value(),
              .pan = MeterPan::parse(text(entry, "pan")).value(),
              .supply_group = SupplyGroupCode::parse(text(entry, "sgc")).value(),
              .tariff_index = TariffIndex::parse(text(entry, "ti")).value(),
              .key_revision =
                  KeyRevisionNumber::of(static_cast<unsigned>(number(entry, "krn"))).value(),
              .key_type = key_type_of(static_cast<unsigned>(number(entry, "kt"))).value(),
              .base_date = parse_base_date(text(entry, "base_date")).value(),
          },
          decoder_key(entry, "decoder_key")};
}

}  // namespace metergate::sts
