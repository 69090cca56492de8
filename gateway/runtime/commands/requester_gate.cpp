// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/commands/requester_gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gateway/runtime/commands/command_identity.hpp"

namespace metergate::runtime {
namespace {

/// Deliveries, clearings and clocks put right: what follows from something taken before.
bool is_own(const std::string& origin) {
  return origin.starts_with(kIssueOrigin) || origin.starts_with(kChangeOrigin) ||
         origin == kScheduleOrigin;
}

}  // namespace

RequesterGate::RequesterGate(RightsInForce in_force, journal::Journal& journal,
                             const config::RequesterLimit& limit)
    : in_force_{std::move(in_force)},
      journal_{journal},
      limit_{limit},
      buckets_{{limit.per_minute, limit.burst}} {}

std::optional<Refusal> RequesterGate::objection(const Command& command, Now now) {
  if (command.verb() == Verb::Cancel || is_own(command.origin)) return std::nullopt;
  const std::string requester = requester_of(command);
  const auto wait = buckets_.take(requester, now.instant);
  if (!wait) return std::nullopt;
  const std::string allowed =
      fmt::format("at most {} a minute, {} at once", limit_.per_minute, limit_.burst);
  if (const auto unsaid = told_.pass(requester, now.instant)) {
    journal_.write(journal::kRequesterLimited, now.utc,
                   {{"requester", requester},
                    {"command", command.id.text()},
                    {"limit", allowed},
                    {"untold", std::to_string(*unsaid)}});
  }
  return Refusal{Reason::RateLimited, "", requester,
                 fmt::format("{}; the next one in {:.1f} s", allowed,
                             std::chrono::duration<double>(std::max(*wait, Duration{0})).count())};
}

std::string RequesterGate::requester_of(const Command& command) const {
  if (command.proof.signature) {
    const auto who = identify(command, in_force_.rules, in_force_.own_user);
    if (who) return "operator " + who->requester.name;
  }
  if (command.origin.starts_with(kLocalOrigin) || command.origin.starts_with(kConsoleOrigin)) {
    return command.origin;
  }
  const auto& operators = in_force_.rules.operators;
  const bool is_known =
      std::ranges::find(operators, command.operator_name, &Operator::name) != operators.end();
  return is_known ? "broker as " + command.operator_name : "broker";
}

}  // namespace metergate::runtime
