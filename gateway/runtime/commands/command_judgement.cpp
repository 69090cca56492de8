// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "gateway/runtime/audit/audit_notes.hpp"
#include "gateway/runtime/commands/command_answers.hpp"
#include "gateway/runtime/commands/command_live.hpp"
#include "gateway/runtime/commands/right_again.hpp"
#include "storage/audit/audit_chain.hpp"
#include "storage/command_grant.hpp"

/// What is judged of a command that is new: whether it can be done, and may be.
namespace metergate::runtime {

const access::Granted* CommandDesk::judged_by(const Judged& judged) {
  if (judged.tokens) {
    return std::visit([](const auto& tokens) { return &tokens.by; }, *judged.tokens);
  }
  return judged.granted ? &*judged.granted : nullptr;
}

Result<CommandDesk::Judged, Refusal> CommandDesk::judge_right(const Command& command,
                                                              MeterUnit& meter, Now now) {
  Judged out;
  if (brings_credit(command)) {
    if (auto objection = registry_.objection(meter, now)) return failure(*std::move(objection));
  }
  if (auto objection = fuse_.objection(command, meter, now)) return failure(*std::move(objection));
  auto right = granted(command, meter, now);
  if (!right) return failure(std::move(right).error());
  out.granted = std::move(*right);
  if (const auto clearing = tenancy_.clearing_of(command, meter, now.utc)) {
    // Made when its time comes; whether it may be is known now.
    const auto possible = tokens_.prepare(*clearing, meter, now);
    if (!possible) return failure(possible.error());
  }
  const Verb verb = command.verb();
  if (verb == Verb::IssueToken || verb == Verb::ResendTokens) {
    auto prepared = tokens_.prepare(command, meter, now);
    if (!prepared) return failure(std::move(prepared).error());
    out.tokens = std::move(*prepared);
  }
  if (auto alone = mass_limit_.objection(command, meter.stored.key, judged_by(out), now)) {
    return failure(*std::move(alone));
  }
  return out;
}

Result<std::optional<access::Granted>, Refusal> CommandDesk::granted(const Command& command,
                                                                     const MeterUnit& meter,
                                                                     Now now) {
  const auto optionally = [](Result<access::Granted, Refusal> by) {
    using Out = Result<std::optional<access::Granted>, Refusal>;
    return by ? Out{std::move(*by)} : Out{failure(std::move(by).error())};
  };
  const Verb verb = command.verb();
  if (TenancyDesk::is_change(verb)) return optionally(tenancy_.decide(command, now));
  if (SealedDesk::is_for_it(verb)) return optionally(sealed_.decide(command, meter, now));
  if (verb == Verb::SetRelay && rights_.rules.sign_relay) {
    auto known = judge_relay_order(rights_, keeper_, command, now);
    if (!known || !closes_supply(command)) return optionally(std::move(known));
  }
  if (closes_supply(command)) {
    return optionally(runtime::judge_right(rights_, access::kConnectRight, keeper_, command, now));
  }
  if (verb == Verb::SetRelay) return mass_limit_.approval_of(command);
  return std::optional<access::Granted>{};
}

bool CommandDesk::note_right(CommandKey key, const Command& command, const Judged& judged,
                             Now now) {
  const access::Granted* by = judged_by(judged);
  if (by == nullptr) return true;
  if (!keeper_.checked(keeper_.ledger().set_grant(key, grant_of(*by)))) return false;
  return !closes_supply(command) || note_connect(command, *by, now);
}

bool CommandDesk::note_connect(const Command& command, const access::Granted& by, Now now) {
  AuditEntry entry = audit_entry(command, AuditKind::ConnectOrdered, by, now.utc);
  entry.details_json = fmt::format(R"({{"command":"{}"}})", command.id.text());
  return keeper_.checked(keeper_.ledger().append_audit(entry)).has_value();
}

std::optional<Refusal> CommandDesk::judge(const Command& command, const MeterUnit* meter) const {
  if (meter == nullptr || meter->removed) return unknown_meter(command);
  if (auto refusal = unsupported(command, *meter->model)) return refusal;
  if (auto refusal = in_the_way(command, meter->stored)) return refusal;
  if (auto refusal = never_due(command)) return refusal;
  if (auto refusal = aims_at_itself(command)) return refusal;
  return no_room(*meter);
}

std::optional<Refusal> CommandDesk::no_room(const MeterUnit& meter) const {
  if (live_.size() >= limits_.live_commands) {
    return Refusal{Reason::QueueFull, "", std::to_string(live_.size()) + " commands wait",
                   "at most " + std::to_string(limits_.live_commands) + " at once on this box"};
  }
  if (meter.live_commands >= limits_.live_commands_per_meter) {
    return Refusal{Reason::QueueFull, "", std::to_string(meter.live_commands) + " commands wait",
                   "at most " + std::to_string(limits_.live_commands_per_meter) + " for one meter"};
  }
  return std::nullopt;
}

}  // namespace metergate::runtime
