// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace metergate {

/// What a token made on this box does (utrn-and-premier.md 5.1, IEC 62055-41 6.2).
enum class TokenFunction : std::uint8_t {
  Credit,               ///< class 0: energy that was paid for
  FreeIssue,            ///< class 0 as well, but nobody paid (J-27)
  TamperReset,          ///< class 2.5
  ClearCredit,          ///< class 2.1, one register or all
  PowerLimit,           ///< class 2.0
  PhaseUnbalanceLimit,  ///< class 2.6, polyphase meters
  TariffIndex,          ///< key change to another tariff index
  SupplyGroup,          ///< key change to another supply group
  KeyRevision,          ///< key change to another revision
  MeterTest,            ///< class 1: shows or tests something, changes nothing
};

/// What `TokenOrder::value` or `word` holds.
enum class TokenValue : std::uint8_t {
  None,
  EnergyWh,
  PowerW,
  CreditRegister,  ///< in `word`: a register's name, or `all`
  TariffIndex,
  SupplyGroup,
  KeyRevision,
  TestName,  ///< in `word`
};

struct TokenFunctionTraits {
  TokenFunction function;
  std::string_view word;
  TokenValue value;
  bool is_engineering;      ///< for technicians: not handed to a customer's channel (J-26)
  bool is_key_change;       ///< a set of tokens, all or nothing (J-50)
  bool needs_confirmation;  ///< asked twice, because nobody needs it by chance (J-43)
};

/// The one place where a token's function is described.
inline constexpr std::array kTokenFunctions{
    TokenFunctionTraits{TokenFunction::Credit, "credit", TokenValue::EnergyWh, false, false, false},
    TokenFunctionTraits{TokenFunction::FreeIssue, "free-issue", TokenValue::EnergyWh, false, false,
                        false},
    TokenFunctionTraits{TokenFunction::TamperReset, "tamper-reset", TokenValue::None, true, false,
                        false},
    TokenFunctionTraits{TokenFunction::ClearCredit, "clear-credit", TokenValue::CreditRegister,
                        true, false, false},
    TokenFunctionTraits{TokenFunction::PowerLimit, "power-limit", TokenValue::PowerW, true, false,
                        false},
    TokenFunctionTraits{TokenFunction::PhaseUnbalanceLimit, "phase-unbalance-limit",
                        TokenValue::PowerW, true, false, false},
    TokenFunctionTraits{TokenFunction::TariffIndex, "tariff-index", TokenValue::TariffIndex, true,
                        true, true},
    TokenFunctionTraits{TokenFunction::SupplyGroup, "supply-group", TokenValue::SupplyGroup, true,
                        true, true},
    TokenFunctionTraits{TokenFunction::KeyRevision, "key-revision", TokenValue::KeyRevision, true,
                        true, true},
    TokenFunctionTraits{TokenFunction::MeterTest, "meter-test", TokenValue::TestName, true, false,
                        false},
};

[[nodiscard]] const TokenFunctionTraits& traits_of(TokenFunction function);
[[nodiscard]] std::optional<TokenFunction> parse_token_function(std::string_view word);

/// How a token gets to the meter.
enum class TokenDelivery : std::uint8_t {
  Remote,  ///< through the meter's session, as a `deliver-token` of its own
  Hand,    ///< given to somebody who keys it in; the meter's token log tells when (J-02, J-10)
};
[[nodiscard]] std::string_view token_delivery_word(TokenDelivery delivery);
[[nodiscard]] std::optional<TokenDelivery> parse_token_delivery(std::string_view word);

/// Who a token is handed to: what a utility's messaging takes up, or paper (J-05).
enum class HandChannel : std::uint8_t { None, Sms, Email, Print };
[[nodiscard]] std::string_view hand_channel_word(HandChannel channel);
[[nodiscard]] std::optional<HandChannel> parse_hand_channel(std::string_view word);

/// A token to be made: function and value, as asked for.
struct TokenOrder {
  TokenFunction function = TokenFunction::Credit;
  std::int64_t value = 0;  ///< Wh, W, an index, a group, a revision: see the function's TokenValue
  std::string word;        ///< a test's or register's name
  std::optional<std::uint32_t> old_supply_group;  ///< what the user believes it is (J-47)
  bool confirmed = false;
};

}  // namespace metergate
