// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/runtime/commands/command_origin.hpp"
#include "gateway/runtime/tenancy/tenancy_desk.hpp"
#include "storage/token_issue.hpp"

/// The leaving tenant's credit on a meter that has no order of its own for a change of tenancy: a
/// clear credit token made here takes it off (J-25), before any token of the new tenant gets there.
namespace metergate::runtime {
namespace {

/// For a meter that is away just then.
constexpr std::chrono::hours kClearingLife{24};
constexpr std::string_view kClearingSuffix = "-clear";

bool takes_our_tokens(const MeterUnit& meter) {
  return meter.settings.sts && meter.can(Capability::Tokens) &&
         std::ranges::find(meter.model->token_kinds, TokenKind::Sts) !=
             meter.model->token_kinds.end();
}

TenancyCheck finding(bool holds, std::string found) {
  return {std::string{change_action_word(ChangeAction::ResetBalance)}, holds,
          "clear credit token: " + std::move(found)};
}

/// Worth asking again for; everything else stays as it is.
bool passes(Reason reason) {
  return reason == Reason::QueueFull || reason == Reason::StorageUnavailable ||
         reason == Reason::Stopping;
}

}  // namespace

std::optional<Command> TenancyDesk::clearing_of(const Command& change, const MeterUnit& meter,
                                                UtcTime now) const {
  const auto* asked = std::get_if<ChangeTenancy>(&change.params);
  const bool clears = asked != nullptr && asked->order.actions.has(ChangeAction::ResetBalance) &&
                      !meter.can(Capability::ChangeTenancy) && takes_our_tokens(meter) &&
                      rights_.makes_tokens;
  const auto id = CommandId::parse(change.id.text() + std::string{kClearingSuffix});
  if (!clears || !id) return std::nullopt;
  IssueToken clear;
  clear.order.function = TokenFunction::ClearCredit;
  clear.order.word = "all";
  Command clearing = change;
  clearing.id = *id;
  clearing.params = clear;
  clearing.issued_at = now;
  clearing.not_before.reset();
  clearing.expires_at = now + kClearingLife;
  clearing.stated_expires_at = clearing.expires_at;
  return clearing;
}

bool TenancyDesk::withholds(const MeterUnit& meter, const Command& order) const {
  if (order.verb() != Verb::DeliverToken) return false;
  const auto found = syncs_.find(&meter);
  return found != syncs_.end() && found->second.clearing &&
         order.origin != std::string{kIssueOrigin} + found->second.clearing->text();
}

bool TenancyDesk::clear(MeterUnit& meter, const StoredTenancy& tenancy, Sync& sync, Now now) {
  Ledger& ledger = keeper_.ledger();
  const auto id = CommandId::parse(tenancy.command);
  if (!id) return true;
  const auto change = keeper_.checked(ledger.find_command(*id));
  if (!change) return false;
  auto clearing = *change ? clearing_of((*change)->command, meter, now.utc) : std::nullopt;
  if (!clearing) return true;
  sync.clearing = clearing->id;
  const auto ended = [&](TenancyCheck check) {
    sync.cleared = std::move(check);
    sync.clearing.reset();
    handlers_.orders_free(meter, now);
    return true;
  };
  const auto known = keeper_.checked(ledger.find_command(clearing->id));
  if (!known) return false;
  if (!*known) {
    clearing->origin = std::string{kChangeOrigin} + clearing->origin;
    clearing->proof.operator_name = clearing->operator_name;
    const auto refusal = handlers_.submit(*clearing, now);
    if (!refusal || passes(refusal->reason)) return false;
    return ended(finding(false, "refused, " + std::string{reason_word(refusal->reason)}));
  }
  const auto issue = keeper_.checked(ledger.token_issue(clearing->id));
  if (!issue) return false;
  if (!*issue) return ended(finding(false, "not made"));
  const IssuedToken& token = (*issue)->tokens.front();
  switch (token.state) {
    case IssuedState::Redeemed:
    case IssuedState::RedeemedByHand:
      return ended(finding(true, "taken"));
    case IssuedState::Refused:
      return ended(finding(false, "refused by the meter, " + token.reason));
    case IssuedState::Void:
      return ended(finding(false, "given up"));
    case IssuedState::Outstanding:
      break;
  }
  const auto carrier = CommandId::parse(token.command);
  const auto delivery = carrier ? keeper_.checked(ledger.find_command(*carrier)) : std::nullopt;
  if (!delivery || !*delivery || !is_terminal((*delivery)->state)) return false;
  // Its end with the meter's word is being taken in; without one nobody knows.
  const CommandState state = (*delivery)->state;
  if (state == CommandState::Succeeded || state == CommandState::Rejected) return false;
  return ended(finding(false, std::string{state_word(state)}));
}

}  // namespace metergate::runtime
