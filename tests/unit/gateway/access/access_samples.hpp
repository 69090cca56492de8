// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "gateway/access/decide.hpp"

namespace metergate::access {

inline crypto::Ed25519KeyPair sample_key(std::uint8_t number) {
  const crypto::SecretOctets secret{Octets(32, number)};
  return {secret, *crypto::ed25519_public_key(secret)};
}

inline Operator sample_operator(std::string name, std::vector<std::string> roles,
                                std::uint8_t key) {
  return {std::move(name), std::move(roles), {sample_key(key).public_key}, ""};
}

/// Two technicians, a clerk, and a chief who may give units away.
inline AccessRules sample_rules() {
  AccessRules rules;
  rules.configured = true;
  Role clerk{"clerk", {TokenFunction::Credit}};
  clerk.credit_limit_wh = 100'000;
  Role technician{
      "technician",
      {TokenFunction::TamperReset, TokenFunction::ClearCredit, TokenFunction::PowerLimit,
       TokenFunction::PhaseUnbalanceLimit, TokenFunction::SupplyGroup, TokenFunction::MeterTest}};
  technician.power_limit_min_w = 500;
  technician.power_limit_max_w = 8'000;
  Role chief{"chief", {TokenFunction::FreeIssue, TokenFunction::PowerLimit}};
  chief.free_issue_limit_wh = 5'000;
  chief.power_limit_max_w = 20'000;
  chief.engineering_to_customer = true;
  rules.roles = {clerk, technician, chief};
  rules.operators = {sample_operator("clara", {"clerk"}, 1),
                     sample_operator("tom", {"technician"}, 2),
                     sample_operator("tina", {"technician"}, 3),
                     sample_operator("carl", {"chief", "technician"}, 4)};
  return rules;
}

inline AccessRequest sample_request(const std::string& operator_name, TokenFunction function,
                                    std::int64_t value = 0) {
  AccessRequest request;
  request.order.function = function;
  request.order.value = value;
  request.who.requester = {operator_name, IdentityProof::Signature, "0011223344556677"};
  request.meter = {SupplyState::On, false, 3, false};
  return request;
}

}  // namespace metergate::access
