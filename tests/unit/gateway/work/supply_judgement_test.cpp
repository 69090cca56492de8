// SPDX-License-Identifier: Apache-2.0
#include "gateway/work/supply_judgement.hpp"

#include <gtest/gtest.h>

namespace metergate::work {
namespace {

RelayReading reading(SupplyState state, std::uint16_t causes = 0, std::uint32_t transaction = 0) {
  RelayReading out;
  out.state = state;
  out.causes.bits = causes;
  out.last_transaction_id = transaction;
  return out;
}

TEST(SupplyJudgement, AnOpenRelayIsExplainedByACauseOrByAnOrderSince) {
  const SupplyWitness before{.read_after = 7, .desired = SupplyState::On};
  EXPECT_TRUE(is_explained(reading(SupplyState::Off, SupplyCauses::kNoCredit, 7), before));
  EXPECT_TRUE(is_explained(reading(SupplyState::Off, 0, 8), before));
  EXPECT_FALSE(is_explained(reading(SupplyState::Off, 0, 7), before));
  EXPECT_TRUE(is_explained(reading(SupplyState::On, 0, 7), before)) << "somebody pressed";
  EXPECT_TRUE(is_explained(reading(SupplyState::Off), {})) << "never read before";
}

TEST(SupplyJudgement, WhatEndsAtTheMeterArmsItAndWhatWasOrderedDoesNot) {
  const auto held_by = [](std::uint16_t causes) {
    return SupplyWitness{.read_after = 7, .desired = SupplyState::On, .held_by = {causes}};
  };
  EXPECT_TRUE(is_explained(reading(SupplyState::Armed, 0, 7), held_by(SupplyCauses::kOverload)));
  EXPECT_TRUE(is_explained(reading(SupplyState::Armed, 0, 7), held_by(SupplyCauses::kNoCredit)));
  EXPECT_FALSE(is_explained(reading(SupplyState::Armed, 0, 7), held_by(SupplyCauses::kRemote)));
  EXPECT_FALSE(is_explained(reading(SupplyState::Armed, 0, 7), held_by(0)));
  EXPECT_FALSE(is_explained(reading(SupplyState::Off, 0, 7), held_by(SupplyCauses::kOverload)));
}

TEST(SupplyJudgement, OfAMeterThatTellsNothingTheOrderIsTheReason) {
  SupplyWitness before{.meter_tells_why = false, .read_after = 0, .desired = SupplyState::Off};
  EXPECT_TRUE(is_explained(reading(SupplyState::Off), before));
  before.desired = SupplyState::Armed;
  EXPECT_TRUE(is_explained(reading(SupplyState::Armed), before));
  EXPECT_FALSE(is_explained(reading(SupplyState::Off), before)) << "nobody asked for that";
}

TEST(SupplyJudgement, ARelayDriftsThatStandsOtherwiseThanOrderedWithoutAReason) {
  EXPECT_TRUE(drifts(SupplyState::Off, reading(SupplyState::On)));
  EXPECT_FALSE(drifts(SupplyState::Off, reading(SupplyState::Off)));
  EXPECT_FALSE(drifts(SupplyState::Off, reading(SupplyState::Unknown)));
  EXPECT_TRUE(drifts(SupplyState::Armed, reading(SupplyState::Off, SupplyCauses::kRemote)));
  EXPECT_FALSE(drifts(SupplyState::Armed, reading(SupplyState::Off, SupplyCauses::kNoCredit)));
}

}  // namespace
}  // namespace metergate::work
