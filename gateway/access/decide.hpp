// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gateway/access/identity.hpp"
#include "meters/access_rules.hpp"
#include "meters/meter_condition.hpp"
#include "meters/outcome.hpp"
#include "meters/token_order.hpp"
#include "protocols/result.hpp"

namespace metergate::access {

/// Where a token goes.
struct Handing {
  TokenDelivery delivery = TokenDelivery::Remote;
  HandChannel channel = HandChannel::None;
  bool cleared = false;  ///< nothing is held against the customer any more (J-19)
};

/// A token asked for by somebody, for a meter as it is known to be.
struct AccessRequest {
  TokenOrder order;
  Handing handing;
  Identities who;
  MeterFacts meter;
};

/// What goes into the transaction and the audit trail.
struct Granted {
  std::string operator_name;
  IdentityProof proof = IdentityProof::None;
  std::string key_id;           ///< empty unless signed
  std::string second_operator;  ///< empty without one
  std::string second_key_id;
  std::string role;  ///< the one that allowed it; `box-owner` where no rules are configured
};

/// Whether the token may be made. The first thing in the way is told: identity, right, the meter's
/// state, limits, channel, second operator.
[[nodiscard]] Result<Granted, Refusal> decide(const AccessRules& rules,
                                              const AccessRequest& request);

/// Whether a stored token of that function may be handed out once more (J-04): the right to the
/// function and the channel count; limits, state and the second operator were judged when it was
/// made, and nothing new is.
[[nodiscard]] Result<Granted, Refusal> decide_resend(const AccessRules& rules,
                                                     TokenFunction function, const Handing& handing,
                                                     const Identities& who);

/// Whether a token that was made may still go to its meter: the rights and limits of whoever asked,
/// and of whoever agreed, by the rules as they are now. The meter's state was judged when it was
/// made, and the meter judges it again itself.
[[nodiscard]] Result<Granted, Refusal> decide_delivery(const AccessRules& rules,
                                                       const TokenOrder& order,
                                                       const Identities& who);

/// Sms and e-mail reach a customer; print comes out at the desk of whoever asks.
[[nodiscard]] constexpr bool is_customer_channel(HandChannel channel) {
  return channel == HandChannel::Sms || channel == HandChannel::Email;
}

}  // namespace metergate::access
