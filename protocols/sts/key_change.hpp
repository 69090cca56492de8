// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <vector>

#include "protocols/sts/decoder_key.hpp"
#include "protocols/sts/key_attributes.hpp"
#include "protocols/sts/token_content.hpp"

namespace metergate::sts {

/// RO: the new key belongs to another base date, so the meter sets its whole TID store to zero.
enum class Rollover : std::uint8_t { No, Yes };

/// What a key change gives a meter (IEC 62055-41 6.2.7, 6.2.8 and 8.9).
struct KeyChange {
  DecoderKey key;
  KeyType key_type = KeyType::Unique;
  KeyRevisionNumber key_revision;
  TariffIndex tariff_index;
  KeyExpiryNumber key_expiry{};
  SupplyGroupCode supply_group;
  Rollover rollover = Rollover::No;
};

/// For keys of 64 bits: whether a third token tells the meter its supply group. Keys of 128 bits
/// always travel in four tokens.
enum class SupplyGroupToken : std::uint8_t { Without, With };

/// The sections in the order they are to be entered: 3, 4, then 8 and 9. All are encrypted under
/// the old key with the old algorithm.
[[nodiscard]] std::vector<TokenContent> key_change_sections(
    const KeyChange& change, SupplyGroupToken third = SupplyGroupToken::With);

/// What a meter has received; numbers as they stood in the tokens. `supply_group` is missing after
/// a set of two.
struct ReceivedKeyChange {
  DecoderKey key;
  std::uint8_t key_type = 0;
  std::uint8_t key_revision = 0;
  std::uint8_t tariff_index = 0;
  KeyExpiryNumber key_expiry{};
  std::optional<std::uint32_t> supply_group{};
  Rollover rollover = Rollover::No;
};

/// The meter's side: sections in any order, a repeated one replaces the first. Nothing comes out
/// until the set is whole; keys of 16 octets need 3, 4, 8 and 9, keys of 8 need 3 and 4, and 8 when
/// 3KCT says so. An incomplete set is for the owner to drop after his waiting time.
class KeyChangeAssembly {
 public:
  explicit KeyChangeAssembly(EncryptionAlgorithm algorithm) : algorithm_{algorithm} {}

  void put(const SetFirstSectionDecoderKey& section) { first_ = section; }
  void put(const SetSecondSectionDecoderKey& section) { second_ = section; }
  void put(const SetThirdSectionDecoderKey& section) { third_ = section; }
  void put(const SetFourthSectionDecoderKey& section) { fourth_ = section; }
  void drop();

  [[nodiscard]] bool empty() const { return !first_ && !second_ && !third_ && !fourth_; }
  [[nodiscard]] std::optional<ReceivedKeyChange> whole() const;

 private:
  EncryptionAlgorithm algorithm_;
  std::optional<SetFirstSectionDecoderKey> first_;
  std::optional<SetSecondSectionDecoderKey> second_;
  std::optional<SetThirdSectionDecoderKey> third_;
  std::optional<SetFourthSectionDecoderKey> fourth_;
};

}  // namespace metergate::sts
