// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "gateway/access/decide.hpp"

namespace metergate::access {

/// A right of a role that is no function of a token.
struct Right {
  std::string_view word;  ///< its key in `[[role]]`
  bool Role::*held;
};
inline constexpr Right kRegistryRight{"registry", &Role::registry};
inline constexpr Right kTenancyRight{"tenancy", &Role::tenancy};
inline constexpr Right kConnectRight{"connect", &Role::connect};
inline constexpr Right kSealedRight{"sealed", &Role::sealed};
/// All there are; the matrix of tests is made from it.
inline constexpr std::array kRights{kRegistryRight, kTenancyRight, kConnectRight, kSealedRight};

/// Whether whoever asks holds the right, and is known well enough. Where no rules are configured it
/// is the right of whoever owns the box, as with tokens. An approver, if there is one, has to hold
/// it too.
[[nodiscard]] Result<Granted, Refusal> decide_right(const AccessRules& rules, const Right& right,
                                                    const Identities& who);

/// Whether whoever asks is surely an operator of the configuration, or the box's owner here;
/// neither the broker's word nor a name alone is enough. No role is asked for.
[[nodiscard]] Result<Granted, Refusal> decide_known(const AccessRules& rules,
                                                    const Identities& who);

}  // namespace metergate::access
