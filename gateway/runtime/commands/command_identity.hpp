// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gateway/access/identity.hpp"
#include "gateway/runtime/commands/command_origin.hpp"
#include "meters/command.hpp"

namespace metergate::runtime {

/// The other end of the control socket, where the command came from there.
[[nodiscard]] inline std::optional<access::LocalPeer> local_peer(std::string_view origin,
                                                                 const std::string& own_user) {
  if (!origin.starts_with(kLocalOrigin)) return std::nullopt;
  const std::string user{origin.substr(kLocalOrigin.size())};
  return access::LocalPeer{user, user == "root" || user == own_user};
}

/// Who asks: by signature, as the control socket's peer, as the operator a login of the console is
/// bound to, or as the broker let it through.
/// `own_user`: who the gateway runs as, owner of the box like root.
[[nodiscard]] inline Result<access::Identities, Refusal> identify(const Command& command,
                                                                  const AccessRules& rules,
                                                                  const std::string& own_user) {
  std::string_view origin = command.origin;
  const bool is_part_of_order = origin.starts_with(kChangeOrigin);
  if (is_part_of_order) origin.remove_prefix(kChangeOrigin.size());
  auto who = access::identify(rules, command.proof, local_peer(origin, own_user));
  if (who && !command.proof.signature && origin.starts_with(kConsoleOrigin)) {
    who->requester = {command.operator_name, IdentityProof::LocalUser};
  }
  if (who && is_part_of_order) who->requester.proof = IdentityProof::Order;
  return who;
}

}  // namespace metergate::runtime
