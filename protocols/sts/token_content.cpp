// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/token_content.hpp"

#include "protocols/overloaded.hpp"

namespace metergate::sts {
namespace {

constexpr std::uint8_t kFirstCurrencySubclass = 4;

}  // namespace

std::string_view commodity_word(Commodity commodity) {
  switch (commodity) {
    case Commodity::Electricity:
      return "electricity";
    case Commodity::Water:
      return "water";
    case Commodity::Gas:
      return "gas";
    case Commodity::Time:
      break;
  }
  return "time";
}

std::string_view management_word(Management management) {
  switch (management) {
    case Management::SetMaximumPowerLimit:
      return "set-maximum-power-limit";
    case Management::ClearCredit:
      return "clear-credit";
    case Management::SetTariffRate:
      return "set-tariff-rate";
    case Management::ClearTamperCondition:
      return "clear-tamper-condition";
    case Management::SetMaximumPhasePowerUnbalanceLimit:
      return "set-maximum-phase-power-unbalance-limit";
    case Management::SetWaterMeterFactor:
      return "set-water-meter-factor";
    case Management::ExtendedSet:
      break;
  }
  return "extended-set";
}

TokenClass class_of(const TokenContent& content) {
  return std::visit(Overloaded{
                        [](const UnitCredit&) { return TokenClass::Credit; },
                        [](const CurrencyCredit&) { return TokenClass::Credit; },
                        [](const InitiateMeterTest&) { return TokenClass::Test; },
                        [](const ExtendedRead&) { return TokenClass::Test; },
                        [](const OtherToken& token) { return token.token_class; },
                        [](const auto&) { return TokenClass::Management; },
                    },
                    content);
}

std::uint8_t subclass_of(const TokenContent& content) {
  return std::visit(
      Overloaded{
          [](const UnitCredit& token) { return static_cast<std::uint8_t>(token.commodity); },
          [](const CurrencyCredit& token) {
            return static_cast<std::uint8_t>(kFirstCurrencySubclass +
                                             static_cast<unsigned>(token.commodity));
          },
          [](const InitiateMeterTest& token) { return static_cast<std::uint8_t>(token.form); },
          [](const ExtendedRead&) { return std::uint8_t{2}; },
          [](const ManagementToken& token) { return static_cast<std::uint8_t>(token.management); },
          [](const SetFirstSectionDecoderKey&) { return std::uint8_t{3}; },
          [](const SetSecondSectionDecoderKey&) { return std::uint8_t{4}; },
          [](const SetThirdSectionDecoderKey&) { return std::uint8_t{8}; },
          [](const SetFourthSectionDecoderKey&) { return std::uint8_t{9}; },
          [](const OtherToken& token) { return token.subclass; },
      },
      content);
}

std::optional<TokenIdentifier> tid_of(const TokenContent& content) {
  return std::visit(
      []<typename T>(const T& token) -> std::optional<TokenIdentifier> {
        if constexpr (requires { token.tid; }) {
          return token.tid;
        } else {
          return std::nullopt;
        }
      },
      content);
}

}  // namespace metergate::sts
