// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "meters/outcome.hpp"
#include "meters/token_order.hpp"
#include "protocols/result.hpp"
#include "protocols/sts/key_derivation.hpp"
#include "protocols/sts/token_content.hpp"
#include "storage/token_issue.hpp"

/// From what was asked for to what is encrypted. Pure: no key, no clock, no store.
namespace metergate::issue {

/// What enters the meter's key, proved field by field; a Refusal names the one that is wrong.
[[nodiscard]] Result<sts::KeyDerivation, Refusal> derivation_of(const StoredSts& sts);

/// What a plan needs to know beside the order.
struct PlanFacts {
  bool is_polyphase = false;
  UtcSeconds now;
  std::optional<std::uint32_t> last_tid;  ///< of this meter under this base date
  std::uint8_t random = 0;                ///< 4 bits
};

struct SingleToken {
  sts::TokenContent content;
};
/// The set that takes the meter to another key.
struct KeyChange {
  sts::KeyDerivation to;
};
using TokenPlan = std::variant<SingleToken, KeyChange>;

/// `from`: the meter's key now. Refusals name the field of `params`, what stands there and what
/// would be right.
[[nodiscard]] Result<TokenPlan, Refusal> plan(const TokenOrder& order,
                                              const sts::KeyDerivation& from,
                                              const PlanFacts& facts);

}  // namespace metergate::issue
