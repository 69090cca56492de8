// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "gateway/issue/key_set.hpp"
#include "gateway/north/token_messages.hpp"
#include "gateway/runtime/commands/command_origin.hpp"
#include "gateway/runtime/tokens/outstanding.hpp"
#include "gateway/runtime/tokens/token_desk.hpp"
#include "storage/audit/audit_chain.hpp"

/// Tokens on their way: each delivery a command of its own, and what its end means.
namespace metergate::runtime {
namespace {

/// The part of a delivery's id that its whole batch shares.
std::string_view batch_of(std::string_view command) {
  return command.substr(0, command.rfind('-'));
}

/// A meter that calls a token used has had it before: who brought it then may still become known.
bool is_open(const IssuedToken& token) {
  return is_outstanding(token) ||
         (token.state == IssuedState::Refused &&
          token.reason == operation::meter_refusal_word(operation::MeterRefusal::Duplicate));
}

}  // namespace

void TokenDesk::deliver_due(MeterUnit& meter, Now now) {
  const auto issues = keeper_.checked(keeper_.ledger().token_issues(meter.stored.key));
  if (!issues) return;
  // Of each batch, the first token that is not used yet.
  std::vector<std::string> batches;
  for (const TokenIssue& issue : *issues) {
    for (const IssuedToken& token : issue.tokens) {
      const auto id = CommandId::parse(token.command);
      if (!is_outstanding(token) || !id) continue;
      const std::string batch{batch_of(token.command)};
      if (std::ranges::find(batches, batch) != batches.end()) continue;
      batches.push_back(batch);
      const auto carried = keeper_.checked(keeper_.ledger().find_command(*id));
      if (!carried) return;
      if (!*carried && !handlers_.has_room(meter)) {
        if (std::ranges::find(waiting_, &meter) == waiting_.end()) waiting_.push_back(&meter);
        return;
      }
      if (*carried) {
        // On its way; or ended, which may not have been taken in before a restart. What ended
        // without the meter's word is left to `resend-tokens`.
        const CommandState state = (*carried)->state;
        if (state == CommandState::Succeeded || state == CommandState::Rejected) {
          return delivery_ended(*id, meter, now);
        }
        continue;
      }
      const auto asked_by = CommandId::parse(batch);
      const auto parent =
          asked_by ? keeper_.checked(keeper_.ledger().find_command(*asked_by)) : std::nullopt;
      const StoredCommand* by = parent && *parent ? &**parent : nullptr;
      const auto kind = Token::parse(token.digits.reveal());
      if (by == nullptr || !kind) continue;
      const Command delivery{.id = *id,
                             .meter = meter.id(),
                             .params = DeliverToken{*kind, true},
                             .issued_at = now.utc,
                             .expires_at = by->command.expires_at,
                             .not_before = by->command.not_before,
                             .priority = by->command.priority,
                             .operator_name = by->command.operator_name,
                             .work_order = by->command.work_order,
                             .comment = by->command.comment,
                             .reply_to = by->command.reply_to,
                             .origin = std::string{kIssueOrigin} + issue.id.text(),
                             .stated_expires_at = by->command.expires_at};
      handlers_.deliver(delivery, now);
    }
  }
}

void TokenDesk::room_made(Now now) {
  if (waiting_.empty()) return;
  for (MeterUnit* meter : std::exchange(waiting_, {})) {
    // Without asking the ledger: there may be thousands.
    if (handlers_.has_room(*meter)) {
      deliver_due(*meter, now);
    } else {
      waiting_.push_back(meter);
    }
  }
}

void TokenDesk::delivery_ended(const CommandId& delivery, MeterUnit& meter, Now now) {
  Ledger& ledger = keeper_.ledger();
  const auto issues = keeper_.checked(ledger.token_issues(meter.stored.key));
  const auto carried = keeper_.checked(ledger.find_command(delivery));
  if (!issues || !carried || !*carried || !is_terminal((*carried)->state)) return;
  const auto steps = keeper_.checked(ledger.steps_of((*carried)->key));
  if (!steps || steps->empty()) return;
  const Step& end = steps->back();
  for (const TokenIssue& issue : *issues) {
    const auto found = std::ranges::find(issue.tokens, delivery.text(), &IssuedToken::command);
    if (found == issue.tokens.end() || !is_open(*found)) continue;
    if (end.to == CommandState::Succeeded) {
      settle(issue, *found, {IssuedState::Redeemed, {}, now.utc}, (*carried)->command, meter, now);
      continue;
    }
    if (!is_outstanding(*found)) continue;
    stop_batch(*issues, delivery.text(), now);
    if (end.to == CommandState::Rejected) {
      settle(issue, *found, {IssuedState::Refused, end.meter_reason, now.utc}, (*carried)->command,
             meter, now);
    }
    keeper_.commit_soon();
  }
  deliver_due(meter, now);
}

void TokenDesk::keyed_in(MeterUnit& meter, const token_log::KeyedCode& code, UtcSeconds at,
                         Now now) {
  Ledger& ledger = keeper_.ledger();
  const auto issues = keeper_.checked(ledger.token_issues(meter.stored.key));
  if (!issues) return;
  for (const TokenIssue& issue : *issues) {
    for (const IssuedToken& token : issue.tokens) {
      const bool is_ours = token_log::code_reference(token.digits) == code.reference;
      // Of a set that is not whole, a token is keyed in again when the meter has forgotten it.
      const bool again = !code.refusal && issue.state() == IssuedState::Outstanding;
      const bool may_be = is_open(token) || (again && issue::is_key_set(issue));
      if (!is_ours || !may_be || (code.refusal && !is_outstanding(token))) continue;
      const auto asked = keeper_.checked(ledger.find_command(issue.id));
      if (!asked || !*asked) continue;
      settle(issue, token,
             {code.refusal ? IssuedState::Refused : IssuedState::RedeemedByHand, code.refusal, at},
             (*asked)->command, meter, now);
    }
  }
}

void TokenDesk::tell_state(const CommandId& issue, const MeterUnit& meter, Now now) {
  Ledger& ledger = keeper_.ledger();
  const auto stands = keeper_.checked(ledger.token_issue(issue));
  if (!stands || !*stands) return;
  const north::TokenMeter whose{topics_.site(), meter.id(), meter.stored.serial};
  static_cast<void>(
      keeper_.checked(ledger.enqueue({0,
                                      topics_.issue(meter.id()),
                                      north::encode_issue_state(**stands, whose, now.utc),
                                      {},
                                      {}})));
}

void TokenDesk::settle(const TokenIssue& issue, IssuedToken token, Settlement settlement,
                       const Command& by, MeterUnit& meter, Now now) {
  // Nothing is decided about a code that a locked keypad did not look at.
  if (settlement.refusal == operation::MeterRefusal::LockedOut) return;
  token.state = settlement.state;
  token.reason.clear();
  if (settlement.refusal) token.reason = operation::meter_refusal_word(*settlement.refusal);
  if (!keeper_.checked(keeper_.ledger().set_issued_token(issue.key, token, settlement.at))) return;
  TokenIssue settled = issue;
  settled.tokens = {token};
  static_cast<void>(
      audit(AuditKind::TokenSettled, by, {}, north::encode_issue_audit(settled), now));
  const journal::Field id{"issue", issue.id.text()};
  const journal::Field whose{"meter", meter.id().text()};
  const journal::Field number{"number", std::to_string(token.number)};
  if (token.state == IssuedState::Refused) {
    journal_.write(journal::kTokenRefusedAtMeter, now.utc,
                   {id, whose, number, {"reason", token.reason}});
    give_up_set(issue, token.number, meter, now);
  } else {
    journal_.write(journal::kTokenRedeemed, now.utc, {id, whose, number});
    taken_of_set(issue, token.number, settlement.at, meter, now);
  }
  tell_state(issue.id, meter, now);
  keeper_.commit_soon();
}

void TokenDesk::stop_batch(const std::vector<TokenIssue>& issues, const std::string& command,
                           Now now) {
  const std::string_view batch = batch_of(command);
  for (const TokenIssue& issue : issues) {
    for (IssuedToken token : issue.tokens) {
      if (!is_outstanding(token) || token.command == command || batch_of(token.command) != batch ||
          token.command.empty()) {
        continue;
      }
      token.command.clear();
      static_cast<void>(
          keeper_.checked(keeper_.ledger().set_issued_token(issue.key, token, now.utc)));
    }
  }
}

}  // namespace metergate::runtime
