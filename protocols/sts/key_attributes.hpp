// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/field_fault.hpp"
#include "protocols/result.hpp"

/// What names a key of IEC 62055-41 (6.1): all of it is public, the key itself is not here.
namespace metergate::sts {

/// EA codes; 09 is withdrawn in the current edition.
enum class EncryptionAlgorithm : std::uint8_t { Sta = 7, Dea = 9, Misty1 = 11 };
/// DKGA codes. 01 and 03 are withdrawn, and their construction is not public.
enum class KeyGeneration : std::uint8_t { Dkga02 = 2, Dkga04 = 4 };
/// KT: the key of the manufacturer (DITK), a default group (DDTK), one meter (DUTK), a group
/// (DCTK).
enum class KeyType : std::uint8_t { Initialization = 0, Default = 1, Unique = 2, Common = 3 };

/// `07`, `09`, `11`
[[nodiscard]] std::string_view algorithm_code(EncryptionAlgorithm algorithm);
[[nodiscard]] std::optional<EncryptionAlgorithm> parse_algorithm(std::string_view code);
/// `02`, `04`
[[nodiscard]] std::optional<KeyGeneration> parse_key_generation(std::string_view code);
/// `DITK`, `DDTK`, `DUTK`, `DCTK`
[[nodiscard]] std::string_view key_type_word(KeyType type);
[[nodiscard]] std::optional<KeyType> key_type_of(unsigned number);

/// Octets of a decoder key: 8, or 16 for MISTY1.
[[nodiscard]] constexpr std::size_t key_octets(EncryptionAlgorithm algorithm) {
  return algorithm == EncryptionAlgorithm::Misty1 ? 16 : 8;
}

/// SGC: six digits that name a vending key's supply group.
class SupplyGroupCode {
 public:
  static constexpr std::uint32_t kLast = 999'999;
  [[nodiscard]] static Result<SupplyGroupCode, FieldFault> parse(std::string_view digits);
  [[nodiscard]] static Result<SupplyGroupCode, FieldFault> of(std::uint32_t number);
  [[nodiscard]] std::uint32_t number() const { return number_; }
  [[nodiscard]] std::string digits() const;
  friend bool operator==(const SupplyGroupCode&, const SupplyGroupCode&) = default;

 private:
  explicit SupplyGroupCode(std::uint32_t number) : number_{number} {}
  std::uint32_t number_;
};

/// TI: 00..99; part of the key, not a tariff.
class TariffIndex {
 public:
  [[nodiscard]] static Result<TariffIndex, FieldFault> of(unsigned number);
  [[nodiscard]] static Result<TariffIndex, FieldFault> parse(std::string_view digits);
  [[nodiscard]] std::uint8_t number() const { return number_; }
  [[nodiscard]] std::string digits() const;
  friend bool operator==(const TariffIndex&, const TariffIndex&) = default;

 private:
  explicit TariffIndex(std::uint8_t number) : number_{number} {}
  std::uint8_t number_;
};

/// KRN: 1..9, the revision of a supply group's vending key.
class KeyRevisionNumber {
 public:
  [[nodiscard]] static Result<KeyRevisionNumber, FieldFault> of(unsigned number);
  [[nodiscard]] std::uint8_t number() const { return number_; }
  friend bool operator==(const KeyRevisionNumber&, const KeyRevisionNumber&) = default;

 private:
  explicit KeyRevisionNumber(std::uint8_t number) : number_{number} {}
  std::uint8_t number_;
};

}  // namespace metergate::sts
