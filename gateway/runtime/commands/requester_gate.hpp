// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "config/schema.hpp"
#include "gateway/access/requester_limits.hpp"
#include "gateway/journal/journal.hpp"
#include "gateway/journal/once_in_a_while.hpp"
#include "gateway/runtime/commands/command_right.hpp"

namespace metergate::runtime {

/// Turns away what one requester gives beyond what is taken from one (IEC 62443-4-2 CR 7.1), so
/// that a program gone wild, or a stolen account, leaves room for the others. A `cancel` always
/// passes: it takes work away.
class RequesterGate {
 public:
  RequesterGate(RightsInForce in_force, journal::Journal& journal,
                const config::RequesterLimit& limit);

  /// Counts the command; why it is one too many, if so.
  [[nodiscard]] std::optional<Refusal> objection(const Command& command, Now now);

 private:
  /// Whose commands count together. Over the broker without a signature that is the operator the
  /// body names, if there is one of that name; all other names, which cost nothing to make up, are
  /// one.
  [[nodiscard]] std::string requester_of(const Command& command) const;

  RightsInForce in_force_;
  journal::Journal& journal_;
  const config::RequesterLimit limit_;
  access::RequesterLimits buckets_;
  journal::OnceInAWhile told_{std::chrono::minutes{1}};
};

}  // namespace metergate::runtime
