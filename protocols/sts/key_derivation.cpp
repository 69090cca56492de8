// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/key_derivation.hpp"

#include <algorithm>

#include "protocols/crypto/des.hpp"
#include "protocols/crypto/hash.hpp"
#include "protocols/octets/byte_writer.hpp"

namespace metergate::sts {
namespace {

constexpr std::size_t kDkga02KeyOctets = 8;
constexpr std::size_t kDkga04KeyOctets = 20;

/// 16 hex digits as octets; all callers hand over digits and F.
Dkga02Block packed(std::string_view nibbles) {
  Dkga02Block block{};
  for (std::size_t at = 0; at < nibbles.size(); ++at) {
    const auto nibble = static_cast<std::uint8_t>(nibbles[at] == 'F' ? 0xF : nibbles[at] - '0');
    block[at / 2] = static_cast<std::uint8_t>((block[at / 2] << 4U) | nibble);
  }
  return block;
}

std::string one_digit(std::uint8_t number) { return std::to_string(number); }

void put_item(ByteWriter& out, std::string_view digits) {
  out.u8(static_cast<std::uint8_t>(digits.size()));
  for (const char digit : digits) out.u8(static_cast<std::uint8_t>(digit));
}

Result<DecoderKey, FieldFault> dkga02(const VendingKey& vending_key,
                                      const KeyDerivation& derivation) {
  const Dkga02Block pan = dkga02_pan_block(derivation);
  const Dkga02Block control = dkga02_control_block(derivation);
  crypto::DesBlock mixed{};
  std::ranges::transform(pan, control, mixed.begin(), [](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(a ^ b);
  });
  const OctetView vending = vending_key.view();
  crypto::DesBlock key =
      crypto::des_encrypt(crypto::DesKey{vending.data(), kDkga02KeyOctets}, mixed);
  for (std::size_t at = 0; at < key.size(); ++at) {
    key[at] = static_cast<std::uint8_t>(key[at] ^ mixed[at] ^ vending[at]);
  }
  auto out = DecoderKey::of(crypto::SecretOctets{key});
  crypto::wipe(key);
  return out;
}

Result<DecoderKey, FieldFault> dkga04(const VendingKey& vending_key,
                                      const KeyDerivation& derivation) {
  auto digest = crypto::hmac_sha256(vending_key.view(), dkga04_data_block(derivation));
  auto out = DecoderKey::of(
      crypto::SecretOctets{OctetView{digest}.first(key_octets(derivation.algorithm))});
  crypto::wipe(digest);
  return out;
}

FieldFault wrong_pairing(const KeyDerivation& derivation, std::string_view expected) {
  return {"EA", std::string{algorithm_code(derivation.algorithm)}, expected};
}

FieldFault wrong_length(const VendingKey& key, std::string_view expected) {
  return {"vending key", std::to_string(key.size()) + " octets", expected};
}

}  // namespace

Dkga02Block dkga02_pan_block(const KeyDerivation& derivation) {
  std::string drn = derivation.pan.drn().digits();
  if (derivation.key_type == KeyType::Common) drn.assign(drn.size(), '0');
  const std::string digits = derivation.pan.issuer() + drn;
  return packed(std::string_view{digits}.substr(digits.size() - 2 * Dkga02Block{}.size()));
}

Dkga02Block dkga02_control_block(const KeyDerivation& derivation) {
  return packed(one_digit(static_cast<std::uint8_t>(derivation.key_type)) +
                derivation.supply_group.digits() + derivation.tariff_index.digits() +
                one_digit(derivation.key_revision.number()) + "FFFFFF");
}

Octets dkga04_data_block(const KeyDerivation& derivation) {
  constexpr std::uint8_t kItems = 4;
  ByteWriter out;
  out.u8(kItems);
  put_item(out, "04");
  put_item(out, base_date_code(derivation.base_date));
  put_item(out, algorithm_code(derivation.algorithm));
  put_item(out, derivation.tariff_index.digits());
  out.u8(0);
  out.u8(kItems);
  put_item(out, derivation.supply_group.digits());
  put_item(out, one_digit(static_cast<std::uint8_t>(derivation.key_type)));
  put_item(out, one_digit(derivation.key_revision.number()));
  put_item(out, derivation.pan.digits());
  out.u32(static_cast<std::uint32_t>(8 * key_octets(derivation.algorithm)));
  return out.take();
}

Result<DecoderKey, FieldFault> derive_decoder_key(const VendingKey& vending_key,
                                                  const KeyDerivation& derivation) {
  switch (derivation.generation) {
    case KeyGeneration::Dkga02:
      if (derivation.algorithm == EncryptionAlgorithm::Misty1) {
        return failure(wrong_pairing(derivation, "07 or 09 with DKGA02, whose keys have 64 bits"));
      }
      if (vending_key.size() != kDkga02KeyOctets) {
        return failure(wrong_length(vending_key, "8 octets for DKGA02"));
      }
      return dkga02(vending_key, derivation);
    case KeyGeneration::Dkga04:
      break;
  }
  if (derivation.algorithm == EncryptionAlgorithm::Dea) {
    return failure(wrong_pairing(derivation, "07 or 11 with DKGA04"));
  }
  if (vending_key.size() != kDkga04KeyOctets) {
    return failure(wrong_length(vending_key, "20 octets for DKGA04"));
  }
  return dkga04(vending_key, derivation);
}

}  // namespace metergate::sts
