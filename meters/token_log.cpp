// SPDX-License-Identifier: Apache-2.0
#include "meters/token_log.hpp"

namespace metergate::token_log {

std::uint32_t code_reference(const TokenDigits& digits) {
  std::uint32_t hash = 0x811C'9DC5U;
  for (const std::uint8_t digit : digits.values()) {
    hash = (hash ^ (std::uint32_t{'0'} + digit)) * 0x0100'0193U;
  }
  return hash;
}

std::uint16_t KeyedCode::cause() const {
  return static_cast<std::uint16_t>(kByHand | (refusal ? refusal_number(*refusal) : 0U));
}

std::optional<KeyedCode> keyed_code(const LogEntry& entry) {
  const bool of_a_code = entry.log == LogId::Token && (entry.code == EventCode::TokenAccepted ||
                                                       entry.code == EventCode::TokenRefused);
  if (!of_a_code || (entry.cause & kByHand) == 0) return std::nullopt;
  KeyedCode keyed{.reference = entry.detail, .refusal = std::nullopt};
  if (entry.code == EventCode::TokenAccepted) return keyed;
  const auto number = static_cast<std::uint16_t>(entry.cause & ~kByHand);
  keyed.refusal = number == 0 || number > kRefusals
                      ? operation::MeterRefusal::Other
                      : static_cast<operation::MeterRefusal>(number - 1);
  return keyed;
}

}  // namespace metergate::token_log
