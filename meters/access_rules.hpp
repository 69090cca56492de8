// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "meters/meter_condition.hpp"
#include "meters/token_function_set.hpp"
#include "protocols/crypto/ed25519.hpp"

namespace metergate {

/// What its holders may do, and have made up to where. Limits are those of one token.
struct Role {
  std::string name;
  TokenFunctionSet functions;
  std::int64_t credit_limit_wh = 0;
  std::int64_t free_issue_limit_wh = 0;  ///< J-27, J-28
  std::int64_t power_limit_min_w = 10;   ///< also of the phase unbalance (J-36)
  std::int64_t power_limit_max_w = 0;
  bool engineering_to_customer = false;  ///< may send technicians' tokens to a customer (J-26)
  bool registry = false;                 ///< may change what belongs together (J-55)
  bool tenancy = false;                  ///< may change tenancies, suppliers and tariffs
  bool connect = false;                  ///< may have a supply closed from afar (P-33)
  bool sealed = false;                   ///< may export and erase what sealed tenancies left

  friend bool operator==(const Role&, const Role&) = default;
};

/// A person or a system that asks for tokens.
struct Operator {
  std::string name;
  std::vector<std::string> roles;
  std::vector<crypto::Ed25519PublicKey> public_keys;  ///< several while one replaces another
  std::string local_user;  ///< whose commands over the control socket are this operator's

  friend bool operator==(const Operator&, const Operator&) = default;
};

/// Per condition of a meter, the functions refused in it.
using RefusedWhen = std::array<TokenFunctionSet, kMeterConditions.size()>;

[[nodiscard]] constexpr RefusedWhen usually_refused() {
  RefusedWhen out{};
  for (const MeterConditionTraits& row : kMeterConditions) {
    out[static_cast<std::size_t>(row.condition)] = row.always | row.usually;
  }
  return out;
}

/// Who may have which token made on this box. As it stands here nobody may, apart from whoever
/// owns the box, for lack of operators: rights are given, never left over (faults.md S4).
struct AccessRules {
  bool configured = false;  ///< the configuration has a word on access
  bool require_signature = true;
  TokenFunctionSet always_signed = kKeyChanges;  ///< ... though `require_signature` is off
  /// An order to a relay takes an operator's signature, or his login on the box.
  bool sign_relay = false;
  TokenFunctionSet dual_control{TokenFunction::SupplyGroup};  ///< two operators (J-54)
  RefusedWhen refused_when = usually_refused();
  /// To how many different meters within an hour one operator may do by himself what harms many
  /// (faults.md S8); for the next one it takes a second operator. 0: as many as he likes.
  std::uint16_t meters_alone_per_hour = 0;
  std::vector<Role> roles;
  std::vector<Operator> operators;

  friend bool operator==(const AccessRules&, const AccessRules&) = default;
};

}  // namespace metergate
