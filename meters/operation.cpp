// SPDX-License-Identifier: Apache-2.0
#include "meters/operation.hpp"

#include <array>

#include "protocols/word_list.hpp"

namespace metergate::operation {
namespace {
// In the order of the enumeration.
constexpr std::array<std::string_view, 15> kWords{
    "duplicate",     "wrong-meter", "not-authentic",     "malformed",     "account-high",
    "account-low",   "locked-out",  "too-old",           "key-expired",   "out-of-range",
    "not-supported", "relay-limit", "stale-transaction", "not-permitted", "other"};
}  // namespace

std::string_view meter_refusal_word(MeterRefusal refusal) { return word_of(kWords, refusal); }

std::optional<MeterRefusal> parse_meter_refusal(std::string_view word) {
  return parse_word<MeterRefusal>(kWords, word);
}

}  // namespace metergate::operation
