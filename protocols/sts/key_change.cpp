// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/key_change.hpp"

#include <span>

namespace metergate::sts {
namespace {

constexpr std::size_t kWordOctets = 4;
constexpr std::size_t kShortKeyWords = 2;
constexpr std::uint32_t kLow12 = 0xFFF;

KeyWord word(const DecoderKey& key, std::size_t index) {
  std::uint32_t value = 0;
  for (const std::uint8_t octet : key.view().subspan(index * kWordOctets, kWordOctets)) {
    value = (value << 8U) | octet;
  }
  return KeyWord{value};
}

/// The words, most significant first, as a key; they are eight or sixteen octets by construction.
DecoderKey joined(std::span<const KeyWord> words) {
  std::array<std::uint8_t, 4 * kWordOctets> octets{};
  std::size_t at = 0;
  for (const KeyWord& one : words) {
    for (unsigned shift = 32; shift > 0;) {
      shift -= 8;
      octets[at++] = static_cast<std::uint8_t>(one.reveal() >> shift);
    }
  }
  DecoderKey key = DecoderKey::of(crypto::SecretOctets{OctetView{octets}.first(at)}).value();
  crypto::wipe(octets);
  return key;
}

}  // namespace

std::vector<TokenContent> key_change_sections(const KeyChange& change, SupplyGroupToken third) {
  const std::size_t words = change.key.size() / kWordOctets;
  const bool short_key = words == kShortKeyWords;
  const std::uint32_t supply_group = change.supply_group.number();
  const bool three = short_key && third == SupplyGroupToken::With;
  std::vector<TokenContent> sections;
  sections.push_back(SetFirstSectionDecoderKey{
      .key_expiry_high = static_cast<std::uint8_t>(change.key_expiry.value >> 4U),
      .key_revision = change.key_revision.number(),
      .rollover = change.rollover == Rollover::Yes,
      .third_token = three,
      .key_type = static_cast<std::uint8_t>(change.key_type),
      .key_word = word(change.key, 0)});
  sections.push_back(SetSecondSectionDecoderKey{
      .key_expiry_low = static_cast<std::uint8_t>(change.key_expiry.value & 0xFU),
      .tariff_index = change.tariff_index.number(),
      .key_word = word(change.key, words - 1)});
  if (three) sections.push_back(SetThirdSectionDecoderKey::of_three(supply_group));
  if (!short_key) {
    sections.push_back(SetThirdSectionDecoderKey{static_cast<std::uint16_t>(supply_group & kLow12),
                                                 word(change.key, 1)});
    sections.push_back(SetFourthSectionDecoderKey{static_cast<std::uint16_t>(supply_group >> 12U),
                                                  word(change.key, 2)});
  }
  return sections;
}

void KeyChangeAssembly::drop() {
  first_.reset();
  second_.reset();
  third_.reset();
  fourth_.reset();
}

std::optional<ReceivedKeyChange> KeyChangeAssembly::whole() const {
  const bool four = algorithm_ == EncryptionAlgorithm::Misty1;
  if (!first_ || !second_) return std::nullopt;
  if (four ? !(third_ && fourth_) : first_->third_token && !third_) return std::nullopt;
  const auto key = [&] {
    if (!four) return joined(std::array{first_->key_word, second_->key_word});
    return joined(
        std::array{first_->key_word, third_->lower, fourth_->key_word, second_->key_word});
  };
  const auto supply_group = [&]() -> std::optional<std::uint32_t> {
    if (four) return (std::uint32_t{fourth_->supply_group_high} << 12U) | third_->upper;
    if (first_->third_token) return third_->supply_group();
    return std::nullopt;
  };
  return ReceivedKeyChange{.key = key(),
                           .key_type = first_->key_type,
                           .key_revision = first_->key_revision,
                           .tariff_index = second_->tariff_index,
                           .key_expiry = {static_cast<std::uint8_t>(
                               (first_->key_expiry_high << 4U) | second_->key_expiry_low)},
                           .supply_group = supply_group(),
                           .rollover = first_->rollover ? Rollover::Yes : Rollover::No};
}

}  // namespace metergate::sts
