// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/commands/right_again.hpp"

#include <utility>

#include "gateway/runtime/commands/command_identity.hpp"
#include "gateway/runtime/storage_trouble.hpp"
#include "gateway/runtime/tenancy/tenancy_desk.hpp"
#include "storage/command_grant.hpp"
#include "storage/token_issue.hpp"

namespace metergate::runtime {
namespace {

using Verdict = std::optional<Refusal>;

template <typename T>
Verdict verdict(const Result<T, Refusal>& decided) {
  return decided ? Verdict{} : Verdict{decided.error()};
}

/// Of a command that an earlier release took, only the name is known; who it was, was sure enough.
CommandGrant by_name(const Command& command) {
  return {command.operator_name, IdentityProof::Signature, "", "", ""};
}

access::Identities identities(const CommandGrant& grant,
                              const std::optional<access::LocalPeer>& peer) {
  access::Identities who{{grant.operator_name, grant.proof, grant.key_id, peer && peer->owns_box},
                         std::nullopt};
  if (!grant.second_operator.empty()) {
    who.approver = {grant.second_operator, IdentityProof::Signature, grant.second_key_id};
  }
  return who;
}

/// The command whose right it is: a delivery's is that of the command that asked for it.
Stored<std::optional<StoredCommand>> asked_by(Ledger& ledger, const StoredCommand& stored) {
  if (!stored.command.origin.starts_with(kIssueOrigin)) return std::optional{stored};
  const std::string& id = stored.command.id.text();
  const auto parent = CommandId::parse(id.substr(0, id.rfind('-')));
  if (!parent) return std::optional<StoredCommand>{};
  return ledger.find_command(*parent);
}

Verdict judge_token(const AccessRules& rules, Ledger& ledger, const Command& delivery,
                    const Command& by, const access::Identities& who, LedgerKeeper& keeper) {
  const auto id = CommandId::parse(delivery.origin.substr(kIssueOrigin.size()));
  if (!id) return std::nullopt;
  const auto issue = keeper.checked(ledger.token_issue(*id));
  if (!issue) return storage_unavailable();
  if (!*issue) return std::nullopt;
  const TokenOrder& order = (*issue)->order;
  if (by.verb() == Verb::ResendTokens) {
    return verdict(access::decide_resend(rules, order.function, {}, who));
  }
  return verdict(access::decide_delivery(rules, order, who));
}

}  // namespace

CommandGrant grant_of(const access::Granted& granted) {
  return {granted.operator_name, granted.proof, granted.key_id, granted.second_operator,
          granted.second_key_id};
}

std::optional<Refusal> right_lost(const RightsInForce& in_force, LedgerKeeper& keeper,
                                  const StoredCommand& stored) {
  const bool is_delivery = stored.command.origin.starts_with(kIssueOrigin);
  const bool is_change = TenancyDesk::is_change(stored.command.verb());
  const bool is_relay_order = stored.command.verb() == Verb::SetRelay;
  if (!is_delivery && !is_change && !is_relay_order) return std::nullopt;
  Ledger& ledger = keeper.ledger();
  const auto by = keeper.checked(asked_by(ledger, stored));
  if (!by) return storage_unavailable();
  if (!*by || (*by)->command.origin.starts_with(kChangeOrigin)) return std::nullopt;
  const Command& asked = (*by)->command;
  const auto kept = keeper.checked(ledger.grant_of((*by)->key));
  if (!kept) return storage_unavailable();
  // Nobody had to be known for it.
  if (is_relay_order && !*kept && !closes_supply(asked)) return std::nullopt;
  const auto peer = local_peer(asked.origin, in_force.own_user);
  const access::Identities who = identities(kept->value_or(by_name(asked)), peer);
  if (auto unknown = access::no_longer_known(in_force.rules, who, peer)) return unknown;
  if (is_delivery) {
    return judge_token(in_force.rules, ledger, stored.command, asked, who, keeper);
  }
  if (is_relay_order && in_force.rules.sign_relay) {
    if (auto unknown = verdict(access::decide_known(in_force.rules, who))) return unknown;
  }
  if (is_relay_order && !closes_supply(asked)) return std::nullopt;
  return verdict(access::decide_right(
      in_force.rules, is_change ? access::kTenancyRight : access::kConnectRight, who));
}

}  // namespace metergate::runtime
