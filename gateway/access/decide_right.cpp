// SPDX-License-Identifier: Apache-2.0
#include "gateway/access/decide_right.hpp"

#include <algorithm>

namespace metergate::access {
namespace {

/// The first of the operator's roles that holds the right.
const Role* role_with(const AccessRules& rules, const Right& right, const std::string& name) {
  const auto found = std::ranges::find(rules.operators, name, &Operator::name);
  if (found == rules.operators.end()) return nullptr;
  for (const Role& role : rules.roles) {
    const bool is_held = std::ranges::find(found->roles, role.name) != found->roles.end();
    if (is_held && role.*right.held) return &role;
  }
  return nullptr;
}

Refusal no_right(const AccessRules& rules, const Right& right, const std::string& name,
                 std::string field) {
  std::string holders;
  for (const Role& role : rules.roles) {
    if (role.*right.held) holders += (holders.empty() ? ": " : ", ") + role.name;
  }
  return {Reason::NotPermitted, std::move(field), name,
          "an operator with a role that has " + std::string{right.word} + " = true" +
              (holders.empty() ? "; there is none" : holders)};
}

/// Nobody agrees with himself.
Refusal another_one(const std::string& name) {
  return {Reason::SecondOperatorNeeded, "approval.operator", name,
          "an operator other than the one who asks"};
}

void note_approver(Granted& out, const Identity& approver) {
  out.second_operator = approver.name;
  out.second_key_id = approver.key_id;
}

}  // namespace

Result<Granted, Refusal> decide_right(const AccessRules& rules, const Right& right,
                                      const Identities& who) {
  const Identity& asks = who.requester;
  if (!rules.configured) {
    if (asks.proof == IdentityProof::LocalUser && asks.owns_box) {
      return Granted{asks.name, asks.proof, asks.key_id, "", "", "box-owner"};
    }
    return failure(Refusal{Reason::NotPermitted, "operator", asks.name,
                           "[[operator]] and [[role]] in the configuration; without them only "
                           "root on the box itself may"});
  }
  const bool is_proved = asks.proof == IdentityProof::Signature ||
                         asks.proof == IdentityProof::LocalUser ||
                         (asks.proof == IdentityProof::Broker && !rules.require_signature);
  if (!is_proved) {
    return failure(Refusal{Reason::SignatureMissing, "signature", "",
                           "the operator's Ed25519 signature (metergate sign makes it)"});
  }
  const Role* role = role_with(rules, right, asks.name);
  if (role == nullptr) return failure(no_right(rules, right, asks.name, "operator"));
  Granted out{asks.name, asks.proof, asks.key_id, "", "", role->name};
  if (who.approver) {
    if (who.approver->name == asks.name) return failure(another_one(asks.name));
    if (role_with(rules, right, who.approver->name) == nullptr) {
      return failure(no_right(rules, right, who.approver->name, "approval.operator"));
    }
    note_approver(out, *who.approver);
  }
  return out;
}

Result<Granted, Refusal> decide_known(const AccessRules& rules, const Identities& who) {
  const Identity& asks = who.requester;
  const bool is_proved =
      asks.proof == IdentityProof::Signature || asks.proof == IdentityProof::LocalUser;
  if (!is_proved) {
    return failure(Refusal{Reason::SignatureMissing, "signature", "",
                           "the operator's Ed25519 signature (metergate sign makes it)"});
  }
  const auto found = std::ranges::find(rules.operators, asks.name, &Operator::name);
  if (found == rules.operators.end() && !asks.owns_box) {
    return failure(Refusal{Reason::NotPermitted, "operator", asks.name,
                           "an [[operator]] of the configuration"});
  }
  Granted out{asks.name, asks.proof, asks.key_id, "", "", ""};
  if (who.approver) {
    if (who.approver->name == asks.name) return failure(another_one(asks.name));
    note_approver(out, *who.approver);
  }
  return out;
}

}  // namespace metergate::access
