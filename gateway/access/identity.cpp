// SPDX-License-Identifier: Apache-2.0
#include "gateway/access/identity.hpp"

#include <algorithm>

#include "protocols/crypto/hash.hpp"
#include "protocols/octets/compact_hex.hpp"
#include "protocols/octets/text_octets.hpp"

namespace metergate::access {
namespace {

constexpr std::size_t kKeyIdOctets = 8;

Result<Identity, Refusal> signed_by(const AccessRules& rules, const std::string& name,
                                    std::string_view message,
                                    const crypto::Ed25519Signature& signature,
                                    std::string_view field) {
  const auto found = std::ranges::find(rules.operators, name, &Operator::name);
  if (found != rules.operators.end()) {
    for (const crypto::Ed25519PublicKey& key : found->public_keys) {
      if (crypto::ed25519_verify(key, octets_of(message), signature)) {
        return Identity{name, IdentityProof::Signature, key_id(key)};
      }
    }
  }
  // The same answer for a stranger: it tells nobody who the operators are.
  return failure(Refusal{Reason::SignatureWrong, std::string{field}, "",
                         "operator " + name +
                             "'s signature of this very command: site, verb, meter and body, "
                             "under a key the configuration has for them"});
}

Identity local(const AccessRules& rules, const LocalPeer& peer) {
  const auto found = std::ranges::find_if(rules.operators, [&](const Operator& one) {
    return !one.local_user.empty() && one.local_user == peer.user;
  });
  const std::string& name = found == rules.operators.end() ? peer.user : found->name;
  return {name, IdentityProof::LocalUser, "", peer.owns_box};
}

/// Nobody who did not sign needs one, and of a command taken by an earlier release it is not known.
bool has_key(const AccessRules& rules, const Identity& who) {
  if (who.key_id.empty()) return true;
  const auto found = std::ranges::find(rules.operators, who.name, &Operator::name);
  return found != rules.operators.end() &&
         std::ranges::find(found->public_keys, who.key_id,
                           [](const auto& key) { return key_id(key); }) != found->public_keys.end();
}

Refusal key_gone(const Identity& who, std::string_view field) {
  return {Reason::NotPermitted, std::string{field}, who.name,
          "a signature under a key the configuration has; " + who.key_id + " was taken out of it"};
}

}  // namespace

std::string key_id(const crypto::Ed25519PublicKey& public_key) {
  const auto digest = crypto::sha256(public_key);
  return hex::compact(OctetView{digest}.first(kKeyIdOctets));
}

Result<Identities, Refusal> identify(const AccessRules& rules, const CommandProof& proof,
                                     const std::optional<LocalPeer>& peer) {
  Identities out{{proof.operator_name, IdentityProof::Broker}, std::nullopt};
  if (proof.signature) {
    auto requester =
        signed_by(rules, proof.operator_name, proof.signed_octets, *proof.signature, "signature");
    if (!requester) return failure(std::move(requester).error());
    out.requester = std::move(requester).value();
  } else if (peer) {
    out.requester = local(rules, *peer);
  }
  if (proof.approver.empty()) return out;
  if (!proof.approval) {
    return failure(Refusal{Reason::SignatureMissing, "approval.signature", "",
                           "the second operator's own signature of this command"});
  }
  auto approver =
      signed_by(rules, proof.approver, proof.signed_octets, *proof.approval, "approval.signature");
  if (!approver) return failure(std::move(approver).error());
  // What was approved is what the body says; over the control socket somebody else may bring it.
  if (proof.operator_name != out.requester.name) {
    return failure(Refusal{Reason::SignatureWrong, "operator", proof.operator_name,
                           out.requester.name + ", who asks: the approval names another"});
  }
  out.approver = std::move(approver).value();
  return out;
}

std::optional<Refusal> no_longer_known(const AccessRules& rules, const Identities& who,
                                       const std::optional<LocalPeer>& peer) {
  if (who.requester.proof == IdentityProof::LocalUser && peer &&
      local(rules, *peer).name != who.requester.name) {
    return Refusal{Reason::NotPermitted, "operator", who.requester.name,
                   "an operator whose local_user is " + peer->user + ", as it was when this came"};
  }
  if (!has_key(rules, who.requester)) return key_gone(who.requester, "operator");
  if (who.approver && !has_key(rules, *who.approver)) {
    return key_gone(*who.approver, "approval.operator");
  }
  return std::nullopt;
}

}  // namespace metergate::access
