// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/issue/key_set.hpp"
#include "gateway/runtime/tokens/outstanding.hpp"
#include "gateway/runtime/tokens/token_desk.hpp"

/// Key changes: sets of tokens that count together or not at all.
namespace metergate::runtime {

void TokenDesk::forget(const TokenIssue& set, std::vector<IssuedToken> tokens, MeterUnit& meter,
                       Now now) {
  if (tokens.empty()) return;
  for (IssuedToken& token : tokens) {
    token.state = IssuedState::Outstanding;
    token.command.clear();
    static_cast<void>(keeper_.checked(keeper_.ledger().set_issued_token(set.key, token, now.utc)));
  }
  journal_.write(journal::kKeySetForgotten, now.utc,
                 {{"meter", meter.id().text()}, {"issue", set.id.text()}});
}

void TokenDesk::taken_of_set(const TokenIssue& issue, std::uint16_t number, UtcTime at,
                             MeterUnit& meter, Now now) {
  auto forgotten = issue::forgotten(issue, at);
  std::erase_if(forgotten, [&](const IssuedToken& token) { return token.number == number; });
  if (!forgotten.empty()) return forget(issue, std::move(forgotten), meter, now);
  if (!issue::completes(issue, number)) return;
  Ledger& ledger = keeper_.ledger();
  auto sts = keeper_.checked(ledger.meter_sts(meter.stored.key));
  if (!sts || !*sts) return;
  (*sts)->supply_group = *issue.to_supply_group;
  (*sts)->tariff_index = *issue.to_tariff_index;
  (*sts)->key_revision = *issue.to_key_revision;
  (*sts)->pending_issue.reset();
  static_cast<void>(keeper_.checked(ledger.set_meter_sts(meter.stored.key, **sts)));
  journal_.write(journal::kKeyChanged, now.utc,
                 {{"meter", meter.id().text()}, {"issue", issue.id.text()}});
}

void TokenDesk::give_up_set(const TokenIssue& issue, std::uint16_t refused, MeterUnit& meter,
                            Now now) {
  if (!issue::is_key_set(issue)) return;
  Ledger& ledger = keeper_.ledger();
  for (IssuedToken token : issue.tokens) {
    if (token.number == refused || !is_outstanding(token)) continue;
    token.state = IssuedState::Void;
    token.command.clear();
    static_cast<void>(keeper_.checked(ledger.set_issued_token(issue.key, token, now.utc)));
  }
  auto sts = keeper_.checked(ledger.meter_sts(meter.stored.key));
  if (!sts || !*sts || (*sts)->pending_issue != issue.key) return;
  (*sts)->pending_issue.reset();
  static_cast<void>(keeper_.checked(ledger.set_meter_sts(meter.stored.key, **sts)));
}

}  // namespace metergate::runtime
