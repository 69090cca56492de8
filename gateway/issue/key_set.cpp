// SPDX-License-Identifier: Apache-2.0
#include "gateway/issue/key_set.hpp"

#include <algorithm>

namespace metergate::issue {

bool is_key_set(const TokenIssue& issue) { return issue.to_supply_group.has_value(); }

bool is_taken(const IssuedToken& token) {
  return token.state == IssuedState::Redeemed || token.state == IssuedState::RedeemedByHand;
}

std::vector<IssuedToken> forgotten(const TokenIssue& issue, UtcTime now) {
  if (!is_key_set(issue) || std::ranges::all_of(issue.tokens, is_taken)) return {};
  std::vector<IssuedToken> taken;
  std::ranges::copy_if(issue.tokens, std::back_inserter(taken), is_taken);
  const bool is_recent = std::ranges::any_of(
      taken, [&](const IssuedToken& token) { return token.changed_at + kSetPatience >= now; });
  if (is_recent) return {};
  return taken;
}

bool completes(const TokenIssue& issue, std::uint16_t number) {
  return is_key_set(issue) && std::ranges::all_of(issue.tokens, [&](const IssuedToken& token) {
           return token.number == number || is_taken(token);
         });
}

}  // namespace metergate::issue
