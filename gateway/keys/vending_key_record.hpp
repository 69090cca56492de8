// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sts/key_attributes.hpp"
#include "protocols/sts/key_derivation.hpp"
#include "protocols/sts/token_identifier.hpp"

namespace metergate::keys {

/// What tells one vending key from another: supply group, type of the keys made from it, revision,
/// base date.
struct VendingKeyName {
  sts::SupplyGroupCode supply_group;
  sts::KeyType key_type = sts::KeyType::Unique;
  sts::KeyRevisionNumber key_revision;
  sts::BaseDate base_date = sts::BaseDate::Y2014;

  /// The vending key a meter's key is derived from.
  [[nodiscard]] static VendingKeyName of(const sts::KeyDerivation& meter);
  /// `SGC 123456, key type 2 (DUTK), KRN 1, base date 14`
  [[nodiscard]] std::string text() const;

  friend bool operator==(const VendingKeyName&, const VendingKeyName&) = default;
};
/// By supply group, then base date, key type, revision.
[[nodiscard]] bool comes_before(const VendingKeyName& a, const VendingKeyName& b);

/// The algorithms a vending key may make decoder keys for.
class AlgorithmSet {
 public:
  AlgorithmSet() = default;
  AlgorithmSet(std::initializer_list<sts::EncryptionAlgorithm> algorithms) {
    for (const auto one : algorithms) add(one);
  }
  /// 07 for DKGA02, 07 and 11 for DKGA04.
  [[nodiscard]] static AlgorithmSet usual_for(sts::KeyGeneration generation);
  /// `07`, `07+11`; nothing for an unknown code or an empty text.
  [[nodiscard]] static std::optional<AlgorithmSet> parse(std::string_view text);

  void add(sts::EncryptionAlgorithm algorithm) { bits_ |= bit(algorithm); }
  [[nodiscard]] bool contains(sts::EncryptionAlgorithm algorithm) const {
    return (bits_ & bit(algorithm)) != 0;
  }
  [[nodiscard]] bool empty() const { return bits_ == 0; }
  [[nodiscard]] std::string text() const;

  friend bool operator==(const AlgorithmSet&, const AlgorithmSet&) = default;

 private:
  static constexpr unsigned bit(sts::EncryptionAlgorithm algorithm) {
    return 1U << static_cast<unsigned>(algorithm);
  }
  unsigned bits_ = 0;
};

/// All that is public about a vending key.
struct VendingKeyRecord {
  VendingKeyName name;
  sts::KeyGeneration generation = sts::KeyGeneration::Dkga04;
  sts::KeyExpiryNumber key_expiry{};
  AlgorithmSet algorithms;

  friend bool operator==(const VendingKeyRecord&, const VendingKeyRecord&) = default;
};

/// Octets of a vending key: 8 for DKGA02, 20 for DKGA04.
[[nodiscard]] constexpr std::size_t vending_key_octets(sts::KeyGeneration generation) {
  return generation == sts::KeyGeneration::Dkga02 ? 8 : 20;
}
/// `02`, `04`
[[nodiscard]] std::string_view generation_code(sts::KeyGeneration generation);

}  // namespace metergate::keys
