// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/meter_test.hpp"

#include "protocols/word_list.hpp"

namespace metergate::sts {
namespace {

constexpr std::array<std::string_view, kMeterTests> kWords{
    "load-switch",
    "information-display-devices",
    "display-cumulative-usage-totals",
    "display-key-revision-number",
    "display-tariff-index",
    "token-reader",
    "display-maximum-power-limit",
    "display-tamper-status",
    "display-power-consumption",
    "display-software-version",
    "display-phase-power-unbalance-limit",
    "display-water-meter-factor",
    "display-tariff-rate",
    "display-encryption-algorithm",
    "display-key-change-tokens-supported",
    "display-supply-group-code",
    "display-key-expiry-number",
    "display-decoder-reference-number",
};

}  // namespace

std::string_view meter_test_word(MeterTest test) { return word_of(kWords, test); }

std::optional<MeterTest> parse_meter_test(std::string_view word) {
  return parse_word<MeterTest>(kWords, word);
}

}  // namespace metergate::sts
