// SPDX-License-Identifier: Apache-2.0
#include "meters/billing.hpp"

#include <array>

namespace metergate {
namespace {
// From cause 1 on.
constexpr std::array<std::string_view, kBillingCauses> kWords{
    "period",        "on-demand",       "tariff-change", "before-tenancy",
    "after-tenancy", "before-supplier", "after-supplier"};
}  // namespace

std::string_view billing_cause_word(BillingCause cause) {
  return kWords[static_cast<std::size_t>(cause) - 1];
}

std::optional<BillingCause> parse_billing_cause(std::string_view word) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i] == word) return static_cast<BillingCause>(i + 1);
  }
  return std::nullopt;
}

}  // namespace metergate
