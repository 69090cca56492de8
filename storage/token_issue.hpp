// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meters/identity.hpp"
#include "meters/time.hpp"
#include "meters/token_order.hpp"
#include "protocols/sts/token_digits.hpp"
#include "storage/ledger.hpp"

namespace metergate {

/// What enters a meter's decoder key (IEC 62055-41 6.1), in plain numbers: the store knows their
/// places, `gateway/issue` what they mean.
struct StoredSts {
  std::string pan;
  std::uint32_t supply_group = 0;
  std::uint8_t tariff_index = 1;
  std::uint8_t key_revision = 1;
  std::uint8_t key_type = 2;
  std::uint8_t generation = 4;
  std::uint8_t algorithm = 7;
  std::uint8_t base_date = 14;
  std::optional<std::int64_t> pending_issue;  ///< key change on its way, by TokenIssue::key

  friend bool operator==(const StoredSts&, const StoredSts&) = default;
};

/// Where an issued token stands.
enum class IssuedState : std::uint8_t {
  Outstanding,     ///< made; nobody knows that the meter has it
  Redeemed,        ///< the meter took it through its session
  RedeemedByHand,  ///< the meter's own log says that it was keyed in
  Refused,         ///< the meter said no
  Void,            ///< will never be used: its set was given up
};
[[nodiscard]] std::string_view issued_state_word(IssuedState state);
[[nodiscard]] std::optional<IssuedState> parse_issued_state(std::string_view word);

struct IssuedToken {
  std::uint16_t number = 1;  ///< place in its set, the order of entry
  TokenDigits digits;
  IssuedState state = IssuedState::Outstanding;
  std::string reason;    ///< the meter's word when it refused
  std::string command;   ///< id of the delivery that carries or carried it
  UtcTime changed_at{};  ///< by the meter's clock where its log tells
};

/// A token transaction: what was made, for whom, by whom, why, under which key (J-09, J-11).
struct TokenIssue {
  std::int64_t key = 0;
  CommandId id;  ///< of the command that asked
  MeterKey meter = 0;
  Epoch epoch = 1;
  TokenOrder order{};
  UtcTime issued_at{};
  std::string operator_name{};
  std::string second_operator{};  ///< who agreed, where two must
  std::string identity_proof{};   ///< `signature`, `local-user`, `broker`
  std::string work_order{};
  std::string comment{};
  std::uint8_t base_date = 14;
  std::optional<std::uint32_t> tid{};  ///< minutes; none in meter tests and key changes
  std::string vending_key{};           ///< its public name
  TokenDelivery delivery = TokenDelivery::Remote;
  HandChannel channel = HandChannel::None;
  UtcTime changed_at{};
  /// What a key change leads to; all three or none.
  std::optional<std::uint32_t> to_supply_group{};
  std::optional<std::uint8_t> to_tariff_index{};
  std::optional<std::uint8_t> to_key_revision{};
  std::vector<IssuedToken> tokens{};

  /// The set as a whole: the state of its tokens when all agree, else Outstanding while one is,
  /// else Refused.
  [[nodiscard]] IssuedState state() const;
};

/// A token was given to somebody (J-05).
struct TokenHandover {
  UtcTime at;
  HandChannel channel = HandChannel::None;
  std::string operator_name;
  std::string command;  ///< id of the command that asked for it
};

}  // namespace metergate
