// SPDX-License-Identifier: Apache-2.0
#include "gateway/access/decide.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "gateway/access/limits.hpp"

namespace metergate::access {
namespace {

using Roles = std::vector<const Role*>;
using Verdict = std::optional<Refusal>;

/// Whoever owns the box could write any rules; where there are none, this is theirs. What takes two
/// operators stays out of reach: there is no second one.
const Role& box_owner() {
  static const Role role = [] {
    constexpr auto kUnlimited = std::numeric_limits<std::int64_t>::max();
    Role all{"box-owner", {}, kUnlimited, kUnlimited, 1, kUnlimited, false, true};
    for (const TokenFunctionTraits& one : kTokenFunctions) all.functions.add(one.function);
    return all;
  }();
  return role;
}

/// The operator's roles that allow the function.
Roles roles_for(const AccessRules& rules, const Identity& who, TokenFunction function) {
  Roles out;
  const auto found = std::ranges::find(rules.operators, who.name, &Operator::name);
  if (found == rules.operators.end()) return out;
  for (const Role& role : rules.roles) {
    const bool held = std::ranges::find(found->roles, role.name) != found->roles.end();
    if (held && role.functions.has(function)) out.push_back(&role);
  }
  return out;
}

std::string roles_with(const AccessRules& rules, TokenFunction function) {
  std::string out;
  for (const Role& role : rules.roles) {
    if (role.functions.has(function)) out += (out.empty() ? "" : ", ") + role.name;
  }
  const std::string word{traits_of(function).word};
  if (out.empty()) return "a role with " + word + " among its functions; there is none";
  return "an operator with a role that has " + word + ": " + out;
}

Refusal no_right(const AccessRules& rules, const std::string& name, TokenFunction function,
                 std::string_view field) {
  return {Reason::NotPermitted, std::string{field}, name, roles_with(rules, function)};
}

Verdict judge_proof(const AccessRules& rules, const Identity& who, TokenFunction function) {
  switch (who.proof) {
    case IdentityProof::Signature:
    case IdentityProof::LocalUser:
    case IdentityProof::Order:
      return {};
    case IdentityProof::Broker:
      if (!rules.require_signature && !rules.always_signed.has(function)) return {};
      break;
    case IdentityProof::None:
      break;
  }
  return Refusal{Reason::SignatureMissing, "signature", "",
                 "the operator's Ed25519 signature (metergate sign makes it)"};
}

Verdict judge_state(const AccessRules& rules, const MeterFacts& facts, TokenFunction function) {
  for (const MeterCondition condition : conditions_of(facts)) {
    const MeterConditionTraits& row = traits_of(condition);
    const auto refused = rules.refused_when[static_cast<std::size_t>(condition)] | row.always;
    if (refused.has(function)) {
      return Refusal{row.reason, "params.function", std::string{traits_of(function).word},
                     std::string{row.needed}};
    }
  }
  return {};
}

/// Narrows the roles to those that let the channel have it.
Verdict judge_channel(Roles& roles, TokenFunction function, const Handing& handing) {
  const bool to_customer =
      handing.delivery == TokenDelivery::Hand && is_customer_channel(handing.channel);
  if (!to_customer || !traits_of(function).is_engineering) return {};
  std::erase_if(roles, [](const Role* role) { return !role->engineering_to_customer; });
  if (roles.empty()) {
    return Refusal{Reason::NotPermitted, "params.channel",
                   std::string{hand_channel_word(handing.channel)},
                   "print, or a role with engineering_to_customer: this token is a technician's"};
  }
  if (!handing.cleared) {
    return Refusal{Reason::NotPermitted, "params.cleared", "false",
                   "true once the customer is cleared; until then print, for a technician"};
  }
  return {};
}

Verdict judge_approver(const AccessRules& rules, const AccessRequest& request) {
  const TokenFunction function = request.order.function;
  const auto& approver = request.who.approver;
  if (request.who.requester.proof == IdentityProof::Order) return {};  // agreed to with the order
  if (!approver) {
    if (!rules.dual_control.has(function)) return {};
    return Refusal{Reason::SecondOperatorNeeded, "approval", "",
                   "the operator and signature of a second operator who may do this too"};
  }
  if (approver->name == request.who.requester.name) {
    return Refusal{Reason::SecondOperatorNeeded, "approval.operator", approver->name,
                   "an operator other than the one who asks"};
  }
  // A name alone would be the requester's word once more, whatever the broker lets through.
  if (approver->proof != IdentityProof::Signature) {
    return Refusal{Reason::SignatureMissing, "approval.signature", "",
                   "the second operator's own signature of this command"};
  }
  Roles roles = roles_for(rules, *approver, function);
  if (roles.empty()) return no_right(rules, approver->name, function, "approval.operator");
  if (auto over = judge_limits(roles, request.order)) {
    over->expected += ", for the second operator as well";
    return over;
  }
  return {};
}

Granted granted(const Identities& who, std::string role) {
  Granted out{who.requester.name, who.requester.proof, who.requester.key_id, "", "",
              std::move(role)};
  if (who.approver) {
    out.second_operator = who.approver->name;
    out.second_key_id = who.approver->key_id;
  }
  return out;
}

/// The requester's roles for the function; a refusal where they have none, or where who they are
/// is not sure enough.
Result<Roles, Refusal> roles_of_requester(const AccessRules& rules, const Identity& who,
                                          TokenFunction function) {
  if (!rules.configured) {
    const bool is_local =
        who.proof == IdentityProof::LocalUser || who.proof == IdentityProof::Order;
    if (is_local && who.owns_box) return Roles{&box_owner()};
    return failure(Refusal{Reason::NotPermitted, "operator", who.name,
                           "[[operator]] and [[role]] in the configuration; without them only "
                           "root on the box itself may"});
  }
  if (auto in_the_way = judge_proof(rules, who, function)) return failure(*in_the_way);
  Roles roles = roles_for(rules, who, function);
  if (roles.empty()) return failure(no_right(rules, who.name, function, "operator"));
  return roles;
}

}  // namespace

Result<Granted, Refusal> decide(const AccessRules& rules, const AccessRequest& request) {
  const TokenFunction function = request.order.function;
  auto roles = roles_of_requester(rules, request.who.requester, function);
  if (!roles) return failure(roles.error());
  if (auto in_the_way = judge_state(rules, request.meter, function)) return failure(*in_the_way);
  if (auto in_the_way = judge_limits(*roles, request.order)) return failure(*in_the_way);
  if (auto in_the_way = judge_channel(*roles, function, request.handing)) {
    return failure(*in_the_way);
  }
  if (auto in_the_way = judge_approver(rules, request)) return failure(*in_the_way);
  return granted(request.who, roles->front()->name);
}

Result<Granted, Refusal> decide_resend(const AccessRules& rules, TokenFunction function,
                                       const Handing& handing, const Identities& who) {
  auto roles = roles_of_requester(rules, who.requester, function);
  if (!roles) return failure(roles.error());
  if (auto in_the_way = judge_channel(*roles, function, handing)) return failure(*in_the_way);
  return granted(who, roles->front()->name);
}

Result<Granted, Refusal> decide_delivery(const AccessRules& rules, const TokenOrder& order,
                                         const Identities& who) {
  auto roles = roles_of_requester(rules, who.requester, order.function);
  if (!roles) return failure(roles.error());
  if (auto in_the_way = judge_limits(*roles, order)) return failure(*in_the_way);
  if (auto in_the_way = judge_approver(rules, {order, {}, who, {}})) return failure(*in_the_way);
  return granted(who, roles->front()->name);
}

}  // namespace metergate::access
