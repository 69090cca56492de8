// SPDX-License-Identifier: Apache-2.0
#include "meters/operation.hpp"

#include <array>

namespace metergate::operation {
namespace {
// In the order of the enumeration.
constexpr std::array<std::string_view, 15> kWords{
    "duplicate",     "wrong-meter", "not-authentic",     "malformed",     "account-high",
    "account-low",   "locked-out",  "too-old",           "key-expired",   "out-of-range",
    "not-supported", "relay-limit", "stale-transaction", "not-permitted", "other"};
}  // namespace

std::string_view meter_refusal_word(MeterRefusal refusal) {
  return kWords[static_cast<std::size_t>(refusal)];
}

std::optional<MeterRefusal> parse_meter_refusal(std::string_view word) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i] == word) return static_cast<MeterRefusal>(i);
  }
  return std::nullopt;
}

}  // namespace metergate::operation
