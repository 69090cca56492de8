// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/key_attributes.hpp"

#include <charconv>

namespace metergate::sts {
namespace {

/// Exactly `digits` decimal digits.
std::optional<std::uint32_t> number_of(std::string_view text, std::size_t digits) {
  std::uint32_t number = 0;
  if (text.size() != digits) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string padded(std::uint32_t number, std::size_t digits) {
  std::string text = std::to_string(number);
  text.insert(0, digits - text.size(), '0');
  return text;
}

constexpr std::size_t kGroupDigits = 6;
constexpr std::size_t kIndexDigits = 2;

}  // namespace

std::string_view algorithm_code(EncryptionAlgorithm algorithm) {
  switch (algorithm) {
    case EncryptionAlgorithm::Sta:
      return "07";
    case EncryptionAlgorithm::Dea:
      return "09";
    case EncryptionAlgorithm::Misty1:
      break;
  }
  return "11";
}

std::optional<EncryptionAlgorithm> parse_algorithm(std::string_view code) {
  using enum EncryptionAlgorithm;
  for (const auto algorithm : {Sta, Dea, Misty1}) {
    if (code == algorithm_code(algorithm)) return algorithm;
  }
  return std::nullopt;
}

std::optional<KeyGeneration> parse_key_generation(std::string_view code) {
  if (code == "02") return KeyGeneration::Dkga02;
  if (code == "04") return KeyGeneration::Dkga04;
  return std::nullopt;
}

std::string_view key_type_word(KeyType type) {
  switch (type) {
    case KeyType::Initialization:
      return "DITK";
    case KeyType::Default:
      return "DDTK";
    case KeyType::Unique:
      return "DUTK";
    case KeyType::Common:
      break;
  }
  return "DCTK";
}

std::optional<KeyType> key_type_of(unsigned number) {
  if (number > 3) return std::nullopt;
  return static_cast<KeyType>(number);
}

Result<SupplyGroupCode, FieldFault> SupplyGroupCode::parse(std::string_view digits) {
  const auto number = number_of(digits, kGroupDigits);
  if (!number) return failure(FieldFault{"SGC", std::string{digits}, "six digits"});
  return SupplyGroupCode{*number};
}

Result<SupplyGroupCode, FieldFault> SupplyGroupCode::of(std::uint32_t number) {
  if (number > kLast) return failure(FieldFault{"SGC", std::to_string(number), "0..999999"});
  return SupplyGroupCode{number};
}

std::string SupplyGroupCode::digits() const { return padded(number_, kGroupDigits); }

Result<TariffIndex, FieldFault> TariffIndex::of(unsigned number) {
  if (number > 99) return failure(FieldFault{"TI", std::to_string(number), "00..99"});
  return TariffIndex{static_cast<std::uint8_t>(number)};
}

Result<TariffIndex, FieldFault> TariffIndex::parse(std::string_view digits) {
  const auto number = number_of(digits, kIndexDigits);
  if (!number) return failure(FieldFault{"TI", std::string{digits}, "two digits"});
  return of(*number);
}

std::string TariffIndex::digits() const { return padded(number_, kIndexDigits); }

Result<KeyRevisionNumber, FieldFault> KeyRevisionNumber::of(unsigned number) {
  if (number < 1 || number > 9) {
    return failure(FieldFault{"KRN", std::to_string(number), "1..9"});
  }
  return KeyRevisionNumber{static_cast<std::uint8_t>(number)};
}

}  // namespace metergate::sts
