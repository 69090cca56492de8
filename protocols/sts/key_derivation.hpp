// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"
#include "protocols/sts/decoder_key.hpp"
#include "protocols/sts/key_attributes.hpp"
#include "protocols/sts/meter_pan.hpp"
#include "protocols/sts/token_identifier.hpp"

namespace metergate::sts {

/// Everything beside the vending key that enters a decoder key.
struct KeyDerivation {
  KeyGeneration generation;
  EncryptionAlgorithm algorithm;
  MeterPan pan;
  SupplyGroupCode supply_group;
  TariffIndex tariff_index;
  KeyRevisionNumber key_revision;
  KeyType key_type = KeyType::Unique;
  BaseDate base_date = BaseDate::Y2014;
};

using Dkga02Block = std::array<std::uint8_t, 8>;

/// DKGA02 (IEC 62055-41 6.5.3.4): the last 16 digits of IIN and DRN, BCD, without the PAN's check
/// digit. For a common key the DRN's digits are zero (no published value proves that).
[[nodiscard]] Dkga02Block dkga02_pan_block(const KeyDerivation& derivation);
/// KT, SGC, TI, KRN as nibbles, closed by six F.
[[nodiscard]] Dkga02Block dkga02_control_block(const KeyDerivation& derivation);
/// DKGA04 (IEC 62055-41 6.5.3.6): label, 00, context and key length, over which the HMAC runs.
[[nodiscard]] Octets dkga04_data_block(const KeyDerivation& derivation);

/// The meter's key. DKGA02 takes a vending key of 8 octets and makes keys for EA 07 and 09; DKGA04
/// one of 20 octets, for EA 07 and 11. Fault: any other pairing.
[[nodiscard]] Result<DecoderKey, FieldFault> derive_decoder_key(const VendingKey& vending_key,
                                                                const KeyDerivation& derivation);

}  // namespace metergate::sts
