// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "protocols/sts/currency_amount.hpp"
#include "protocols/sts/key_word.hpp"
#include "protocols/sts/meter_test.hpp"
#include "protocols/sts/sts_token.hpp"
#include "protocols/sts/token_identifier.hpp"
#include "protocols/sts/transfer_amount.hpp"

/// What a token says, one type per class and subclass of IEC 62055-41 6.2. Every content has
/// exactly one block of 64 bits and every block with a sound check sum exactly one content.
namespace metergate::sts {

enum class Commodity : std::uint8_t { Electricity = 0, Water = 1, Gas = 2, Time = 3 };
[[nodiscard]] std::string_view commodity_word(Commodity commodity);

/// RND, 4 bits: keeps two equal purchases from looking alike; meters ignore it.
using RandomNumber = std::uint8_t;

/// Class 0, subclasses 0..3. Amounts in 0.1 kWh, 0.1 m3 or 0.1 minute.
struct UnitCredit {
  Commodity commodity = Commodity::Electricity;
  RandomNumber random = 0;
  TokenIdentifier tid = TokenIdentifier::from_minutes(0);
  TransferAmount amount = TransferAmount::from_code(0);
  friend bool operator==(const UnitCredit&, const UnitCredit&) = default;
};

/// Class 0, subclasses 4..7: money instead of units; the amount takes the place of RND as well.
struct CurrencyCredit {
  Commodity commodity = Commodity::Electricity;
  TokenIdentifier tid = TokenIdentifier::from_minutes(0);
  CurrencyAmount amount = CurrencyAmount::from_code(0);
  friend bool operator==(const CurrencyCredit&, const CurrencyCredit&) = default;
};

/// Class 1, subclasses 0 and 1: bits of MeterTest in `control`.
struct InitiateMeterTest {
  ManufacturerForm form = ManufacturerForm::TwoDigits;
  std::uint64_t control = 0;
  std::uint16_t manufacturer = 0;
  friend bool operator==(const InitiateMeterTest&, const InitiateMeterTest&) = default;
};

/// Class 1, subclass 2 (STS 202-5): asks for a control value or a flag. For flag 0 the selector is
/// FC0000000; where the number of another flag stands in it is not known, so it stays raw.
struct ExtendedRead {
  std::uint64_t selector = 0;  ///< 36 bits
  std::uint8_t padding = 0;
  friend bool operator==(const ExtendedRead&, const ExtendedRead&) = default;
};
inline constexpr std::uint64_t kReadFlagZero = 0xF'C000'0000;

/// What the class 2 tokens with a 16-bit value do (subclasses 0, 1, 2, 5, 6, 7, 10).
enum class Management : std::uint8_t {
  SetMaximumPowerLimit = 0,                ///< TransferAmount, 1 W
  ClearCredit = 1,                         ///< CreditRegister
  SetTariffRate = 2,                       ///< raw; its use is not defined by the Association
  ClearTamperCondition = 5,                ///< padding, zero
  SetMaximumPhasePowerUnbalanceLimit = 6,  ///< TransferAmount, 1 W
  SetWaterMeterFactor = 7,                 ///< raw; its use is not defined by the Association
  ExtendedSet = 10,                        ///< STS 202-5: index of 6 bits, value of 10
};
[[nodiscard]] std::string_view management_word(Management management);

struct ManagementToken {
  Management management = Management::ClearTamperCondition;
  RandomNumber random = 0;
  TokenIdentifier tid = TokenIdentifier::from_minutes(0);
  std::uint16_t value = 0;
  friend bool operator==(const ManagementToken&, const ManagementToken&) = default;
};

/// Raw register numbers of ClearCredit: a commodity in units, in currency, or all of them.
inline constexpr std::uint16_t kAllCreditRegisters = 0xFFFF;
[[nodiscard]] constexpr std::uint16_t unit_register(Commodity commodity) {
  return static_cast<std::uint16_t>(commodity);
}
[[nodiscard]] constexpr std::uint16_t currency_register(Commodity commodity) {
  return static_cast<std::uint16_t>(4U + static_cast<unsigned>(commodity));
}

/// Class 2, subclass 3: the key's first word and what comes with it.
struct SetFirstSectionDecoderKey {
  std::uint8_t key_expiry_high = 0;  ///< KENHO, 4 bits
  std::uint8_t key_revision = 0;     ///< KRN, 4 bits
  bool rollover = false;             ///< RO: the base date changes, the TID store is cleared
  bool third_token = false;          ///< 3KCT: an SGC token belongs to the set
  std::uint8_t key_type = 0;         ///< KT, 2 bits
  KeyWord key_word{};
  friend bool operator==(const SetFirstSectionDecoderKey&,
                         const SetFirstSectionDecoderKey&) = default;
};

/// Class 2, subclass 4: the key's last word.
struct SetSecondSectionDecoderKey {
  std::uint8_t key_expiry_low = 0;  ///< KENLO, 4 bits
  std::uint8_t tariff_index = 0;    ///< binary
  KeyWord key_word{};
  friend bool operator==(const SetSecondSectionDecoderKey&,
                         const SetSecondSectionDecoderKey&) = default;
};

/// Class 2, subclass 8. A set of three (keys of 64 bits) carries the whole SGC and no key word; a
/// set of four (128 bits) the SGC's lower 12 bits and W1. The block does not say which, the meter's
/// algorithm does, so both readings are offered.
struct SetThirdSectionDecoderKey {
  std::uint16_t upper = 0;  ///< 12 bits
  KeyWord lower{};

  [[nodiscard]] static SetThirdSectionDecoderKey of_three(std::uint32_t supply_group) {
    return {static_cast<std::uint16_t>(supply_group >> 12U), KeyWord{supply_group << 20U}};
  }
  /// Set of three: the SGC, and the 20 bits behind it, which should be zero.
  [[nodiscard]] std::uint32_t supply_group() const {
    return (std::uint32_t{upper} << 12U) | (lower.reveal() >> 20U);
  }
  [[nodiscard]] bool padding_is_zero() const { return (lower.reveal() & 0xF'FFFFU) == 0; }
  friend bool operator==(const SetThirdSectionDecoderKey&,
                         const SetThirdSectionDecoderKey&) = default;
};

/// Class 2, subclass 9: the SGC's upper 12 bits and W2, sets of four only.
struct SetFourthSectionDecoderKey {
  std::uint16_t supply_group_high = 0;  ///< 12 bits
  KeyWord key_word{};
  friend bool operator==(const SetFourthSectionDecoderKey&,
                         const SetFourthSectionDecoderKey&) = default;
};

/// A subclass that is reserved or a maker's own: the 44 bits behind it as they are.
struct OtherToken {
  TokenClass token_class = TokenClass::Reserved;
  std::uint8_t subclass = 0;
  std::uint64_t data = 0;
  friend bool operator==(const OtherToken&, const OtherToken&) = default;
};

using TokenContent =
    std::variant<UnitCredit, CurrencyCredit, InitiateMeterTest, ExtendedRead, ManagementToken,
                 SetFirstSectionDecoderKey, SetSecondSectionDecoderKey, SetThirdSectionDecoderKey,
                 SetFourthSectionDecoderKey, OtherToken>;

[[nodiscard]] TokenClass class_of(const TokenContent& content);
[[nodiscard]] std::uint8_t subclass_of(const TokenContent& content);
/// Nothing for class 1 and for key change tokens.
[[nodiscard]] std::optional<TokenIdentifier> tid_of(const TokenContent& content);

}  // namespace metergate::sts
