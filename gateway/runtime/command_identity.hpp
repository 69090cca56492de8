// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gateway/access/identity.hpp"
#include "gateway/runtime/command_origin.hpp"
#include "meters/command.hpp"

namespace metergate::runtime {

/// Who asks: by signature, as the control socket's peer, or as the broker let it through.
/// `own_user`: who the gateway runs as, owner of the box like root.
[[nodiscard]] inline Result<access::Identities, Refusal> identify(const Command& command,
                                                                  const AccessRules& rules,
                                                                  const std::string& own_user) {
  std::optional<access::LocalPeer> peer;
  if (command.origin.starts_with(kLocalOrigin)) {
    const std::string user = command.origin.substr(kLocalOrigin.size());
    peer = access::LocalPeer{user, user == "root" || user == own_user};
  }
  return access::identify(rules, command.proof, peer);
}

}  // namespace metergate::runtime
