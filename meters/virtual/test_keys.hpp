// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meters/identity.hpp"
#include "meters/virtual/meter_keys.hpp"
#include "protocols/crypto/p256.hpp"
#include "protocols/sts/key_derivation.hpp"

/// PUBLIC TEST KEYS. Everything here can be worked out by anybody from what is printed in this
/// repository. They open simulated meters and must never be loaded where real meters are vended
/// for. Each is an HMAC over the name of what it is for, so that a street, a test and a head end
/// agree on the keys without exchanging any.
namespace metergate::virtual_meter::test_keys {

/// Supply groups of the street's meters, and of meters that are given another one.
inline constexpr std::uint32_t kSupplyGroup = 999'901;
inline constexpr std::uint32_t kOtherSupplyGroup = 999'902;

/// The public half of what names a meter's STS key.
struct Issue {
  sts::EncryptionAlgorithm algorithm = sts::EncryptionAlgorithm::Sta;
  std::uint32_t supply_group = kSupplyGroup;
  std::uint8_t tariff_index = 1;
  std::uint8_t key_revision = 1;
  sts::KeyType key_type = sts::KeyType::Unique;
  sts::BaseDate base_date = sts::BaseDate::Y2014;
  sts::KeyExpiryNumber key_expiry{};
};

/// 20 octets for DKGA04; there is one for every name. KeyType::Initialization stands for the
/// manufacturer's own.
[[nodiscard]] sts::VendingKey vending_key(std::uint32_t supply_group, sts::KeyType type,
                                          std::uint8_t key_revision, sts::BaseDate base_date);

/// 600727, manufacturer 00 (nobody's), the eight digits of the serial number. The street's other
/// meter at a place (`-B`) is fifty million further; any other form of serial number is hashed.
[[nodiscard]] sts::MeterPan meter_pan(const SerialNumber& serial);

/// What enters the key of this meter, for those who vend for it. Throws std::invalid_argument where
/// `issue` holds a number out of range: these are constants of tests and of the simulator.
[[nodiscard]] sts::KeyDerivation derivation(const SerialNumber& serial, const Issue& issue);

/// A meter as it leaves the test factory.
[[nodiscard]] MeterKeys meter_keys(const SerialNumber& serial, const Issue& issue = {});

// ---- UTRN ---------------------------------------------------------------------------------------
/// Of the supplier a meter is made for, and of whoever takes over from him by his number in
/// tariffs.
[[nodiscard]] utrn::Eui64 supplier_identity();
[[nodiscard]] utrn::Eui64 supplier_identity(std::uint32_t supplier_id);
[[nodiscard]] utrn::Eui64 meter_identity(const SerialNumber& serial);
/// A supplier's prepayment key agreement key, and a meter's.
[[nodiscard]] crypto::SecretOctets supplier_private_key(
    const utrn::Eui64& supplier = supplier_identity());
[[nodiscard]] crypto::SecretOctets meter_private_key(const SerialNumber& serial);
[[nodiscard]] crypto::P256Point public_key(const crypto::SecretOctets& private_key);
[[nodiscard]] UtrnKeys utrn_keys(const SerialNumber& serial,
                                 const utrn::Eui64& supplier = supplier_identity());

}  // namespace metergate::virtual_meter::test_keys
