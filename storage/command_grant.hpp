// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "meters/audit.hpp"

namespace metergate {

/// By whose right a command was accepted. Kept with it, so that the right can be judged again
/// before a late deed: signatures are not kept, but which keys made them.
struct CommandGrant {
  std::string operator_name;
  IdentityProof proof = IdentityProof::None;
  std::string key_id;           ///< empty unless signed
  std::string second_operator;  ///< empty without one
  std::string second_key_id;

  friend bool operator==(const CommandGrant&, const CommandGrant&) = default;
};

}  // namespace metergate
