// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "meters/event_log.hpp"
#include "meters/operation.hpp"

/// How a code stands in a meter's token log, in our vocabulary. Digits never stand there.
///
/// `cause`: 0 for a taken code, else the number of the refusal; the top bit says that the code was
/// keyed in at the meter. `detail`: the remote transaction, or, for a code keyed in, its reference,
/// so that whoever issued it knows it again.
namespace metergate::token_log {

inline constexpr std::uint16_t kByHand = 0x8000;

/// Refusals as numbers, from 1; taken is 0.
[[nodiscard]] constexpr std::uint16_t refusal_number(operation::MeterRefusal refusal) {
  return static_cast<std::uint16_t>(static_cast<std::uint16_t>(refusal) + 1U);
}
inline constexpr std::uint16_t kRefusals = refusal_number(operation::MeterRefusal::Other);

/// 32 bits that stand for a code's digits (FNV-1a over the twenty characters): enough to find it
/// among those issued for one meter, too little to get the code back.
[[nodiscard]] std::uint32_t code_reference(const TokenDigits& digits);

/// A code keyed in at the meter.
struct KeyedCode {
  std::uint32_t reference = 0;
  std::optional<operation::MeterRefusal> refusal;  ///< nothing: taken

  [[nodiscard]] std::uint16_t cause() const;
  [[nodiscard]] EventCode event() const {
    return refusal ? EventCode::TokenRefused : EventCode::TokenAccepted;
  }
  friend bool operator==(const KeyedCode&, const KeyedCode&) = default;
};
/// Nothing for every other entry.
[[nodiscard]] std::optional<KeyedCode> keyed_code(const LogEntry& entry);

}  // namespace metergate::token_log
