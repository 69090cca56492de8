// SPDX-License-Identifier: Apache-2.0
// J-08: role x state x function, the allowed set exactly as configured.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/gateway/access/access_samples.hpp"

namespace metergate::access {
namespace {

std::vector<MeterFacts> every_state() {
  std::vector<MeterFacts> out;
  for (const SupplyState relay :
       {SupplyState::Unknown, SupplyState::Off, SupplyState::Armed, SupplyState::On}) {
    for (const std::optional<bool> tampered : {std::optional<bool>{}, {true}, {false}}) {
      for (const std::optional<unsigned> phases : {std::optional<unsigned>{}, {1U}, {3U}}) {
        for (const bool pending : {false, true}) out.push_back({relay, tampered, phases, pending});
      }
    }
  }
  return out;
}

/// A value that no limit of `generous` stands against.
AccessRequest asks(TokenFunction function, const MeterFacts& facts) {
  auto request = sample_request("one", function, 1'000);
  request.meter = facts;
  return request;
}

AccessRules generous(TokenFunctionSet functions) {
  AccessRules rules;
  rules.configured = true;
  rules.dual_control = {};
  rules.roles = {{"role", functions, 1'000, 1'000, 10, 1'000, false}};
  rules.operators = {sample_operator("one", {"role"}, 1)};
  return rules;
}

TokenFunctionSet all_functions() {
  TokenFunctionSet out;
  for (const TokenFunctionTraits& one : kTokenFunctions) out.add(one.function);
  return out;
}

/// The law, said once more in other words than the code's.
bool is_allowed(const AccessRules& rules, TokenFunction function, const MeterFacts& facts) {
  if (!rules.roles[0].functions.has(function)) return false;
  const auto refuses = [&](MeterCondition condition) {
    return rules.refused_when[static_cast<std::size_t>(condition)].has(function);
  };
  using enum MeterCondition;
  if (facts.relay == SupplyState::Unknown && refuses(RelayUnknown)) return false;
  if (facts.relay == SupplyState::Off && refuses(RelayOff)) return false;
  if (facts.relay == SupplyState::Armed && refuses(RelayArmed)) return false;
  if (facts.relay == SupplyState::On && refuses(RelayOn)) return false;
  if (!facts.tampered && refuses(TamperUnknown)) return false;
  if (facts.tampered == true && refuses(Tampered)) return false;
  if (facts.tampered == false && refuses(NotTampered)) return false;
  if (!facts.phases && refuses(PhasesUnknown)) return false;
  if (facts.phases == 1U &&
      (refuses(SinglePhase) || function == TokenFunction::PhaseUnbalanceLimit)) {
    return false;
  }
  if (facts.phases == 3U && refuses(Polyphase)) return false;
  return !facts.key_change_pending ||
         (!refuses(KeyChangePending) && !traits_of(function).is_key_change);
}

TEST(AccessMatrix, TheRowsOfTheTableStandInTheOrderOfTheConditions) {
  for (std::size_t i = 0; i < kMeterConditions.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kMeterConditions[i].condition), i);
  }
}

TEST(AccessMatrix, AsShippedEveryStateAllowsExactlyWhatTheTableLeaves) {
  const AccessRules rules = generous(all_functions());
  for (const MeterFacts& facts : every_state()) {
    for (const TokenFunctionTraits& one : kTokenFunctions) {
      using enum TokenFunction;
      const bool refused = (one.function == FreeIssue && facts.tampered == true) ||
                           (one.function == PhaseUnbalanceLimit && facts.phases.value_or(1) == 1) ||
                           (one.is_key_change && facts.key_change_pending);
      EXPECT_EQ(decide(rules, asks(one.function, facts)).has_value(), !refused) << one.word;
    }
  }
}

TEST(AccessMatrix, APendingKeyChangeIsToldByItsOwnReason) {
  const auto verdict = decide(generous(all_functions()),
                              asks(TokenFunction::KeyRevision, {SupplyState::On, false, 1, true}));
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().reason, Reason::KeyChangePending);
  EXPECT_EQ(verdict.error().value, "key-revision");
}

RC_GTEST_PROP(AccessMatrixProperty, RoleStateAndFunctionDecideAsConfigured, ()) {
  const auto some_functions = [] {
    TokenFunctionSet out;
    for (const TokenFunctionTraits& one : kTokenFunctions) {
      if (*rc::gen::arbitrary<bool>()) out.add(one.function);
    }
    return out;
  };
  AccessRules rules = generous(some_functions());
  for (TokenFunctionSet& refused : rules.refused_when) refused = some_functions();
  for (const MeterFacts& facts : every_state()) {
    for (const TokenFunctionTraits& one : kTokenFunctions) {
      RC_ASSERT(decide(rules, asks(one.function, facts)).has_value() ==
                is_allowed(rules, one.function, facts));
    }
  }
}

}  // namespace
}  // namespace metergate::access
