// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/commands/mass_limit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gateway/runtime/audit/audit_notes.hpp"
#include "gateway/runtime/commands/command_identity.hpp"
#include "gateway/runtime/storage_trouble.hpp"

namespace metergate::runtime {
namespace {

constexpr std::chrono::hours kWindow{1};

/// The same as Ledger::touched_alone looks for.
bool is_dangerous(const Command& command) {
  switch (command.verb()) {
    case Verb::ChangeTenancy:
    case Verb::ChangeSupplier:
      return true;
    case Verb::SetRelay:
      return !closes_supply(command);
    case Verb::IssueToken:
      return std::get<IssueToken>(command.params).order.function != TokenFunction::Credit;
    default:
      return false;
  }
}

}  // namespace

MassLimit::MassLimit(RightsInForce in_force, LedgerKeeper& keeper)
    : in_force_{std::move(in_force)}, keeper_{keeper} {}

std::optional<Refusal> MassLimit::objection(const Command& command, MeterKey meter,
                                            const access::Granted* by, Now now) {
  const std::size_t most = in_force_.rules.meters_alone_per_hour;
  if (most == 0 || !is_dangerous(command)) return std::nullopt;
  if (by != nullptr && (!by->second_operator.empty() || by->proof == IdentityProof::Order)) {
    return std::nullopt;
  }
  const auto touched = keeper_.checked(keeper_.ledger().touched_alone(
      by == nullptr ? std::string{} : by->operator_name, now.utc - kWindow));
  if (!touched) return storage_unavailable();
  const bool is_known = std::ranges::find(*touched, meter) != touched->end();
  if (is_known || touched->size() < most) return std::nullopt;
  Refusal refusal{
      Reason::SecondOperatorNeeded, "approval",
      fmt::format("meter {} within an hour", touched->size() + 1),
      fmt::format("the operator and signature of a second operator; alone at most {} different "
                  "meters within an hour",
                  most)};
  audit_denial(keeper_, command, refusal, now);
  return refusal;
}

Result<std::optional<access::Granted>, Refusal> MassLimit::approval_of(
    const Command& command) const {
  using Out = std::optional<access::Granted>;
  if (in_force_.rules.meters_alone_per_hour == 0 || command.proof.approver.empty()) return Out{};
  const auto who = identify(command, in_force_.rules, in_force_.own_user);
  if (!who) return failure(who.error());
  if (who->approver->name == who->requester.name) {
    return failure(Refusal{Reason::SecondOperatorNeeded, "approval.operator", who->approver->name,
                           "an operator other than the one who asks"});
  }
  const access::Identity& asks = who->requester;
  return Out{access::Granted{asks.name, asks.proof, asks.key_id, who->approver->name,
                             who->approver->key_id, ""}};
}

}  // namespace metergate::runtime
