// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "meters/access_rules.hpp"
#include "meters/audit.hpp"
#include "meters/command_proof.hpp"
#include "meters/outcome.hpp"
#include "protocols/result.hpp"

/// Who asks for a token, and whether they may have it. Pure.
namespace metergate::access {

/// The other end of the control socket, as the kernel names it.
struct LocalPeer {
  std::string user;
  bool owns_box = false;  ///< root, or the user the gateway runs as
};

/// Somebody's name, and how sure we are of it.
struct Identity {
  std::string name;
  IdentityProof proof = IdentityProof::None;
  std::string key_id{};  ///< of the key that signed
  bool owns_box = false;
};

struct Identities {
  Identity requester;
  std::optional<Identity> approver;
};

/// Sixteen hex digits that name a public key in the audit trail: the begin of its SHA-256.
[[nodiscard]] std::string key_id(const crypto::Ed25519PublicKey& public_key);

/// `peer`: absent for what came over the broker. A signature that is there has to hold, whether
/// one is asked for or not. Without one, a local user is known by the kernel, and over the broker
/// the body's word is taken down as `Broker`: `decide` says whether that is enough.
[[nodiscard]] Result<Identities, Refusal> identify(const AccessRules& rules,
                                                   const CommandProof& proof,
                                                   const std::optional<LocalPeer>& peer);

/// Whether these are still who they were when a command of theirs was taken: the configuration has
/// every key that signed, and the login here is still that operator's. A refusal names who is not.
[[nodiscard]] std::optional<Refusal> no_longer_known(const AccessRules& rules,
                                                     const Identities& who,
                                                     const std::optional<LocalPeer>& peer);

}  // namespace metergate::access
