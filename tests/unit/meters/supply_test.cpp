// SPDX-License-Identifier: Apache-2.0
#include "meters/supply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace metergate {
namespace {

TEST(Supply, EveryStateReadsBackAsWritten) {
  for (const auto state :
       {SupplyState::Unknown, SupplyState::Off, SupplyState::Armed, SupplyState::On}) {
    EXPECT_EQ(parse_supply(supply_word(state)), state);
  }
  EXPECT_EQ(parse_supply("ON"), std::nullopt);
  EXPECT_EQ(parse_supply(""), std::nullopt);
}

TEST(Supply, AnyNumberOfCausesCanHoldTheRelayOpen) {
  const SupplyCauses causes{SupplyCauses::kRemote | SupplyCauses::kNoCredit |
                            SupplyCauses::kInitial};
  EXPECT_THAT(causes.words(), testing::ElementsAre("remote", "no-credit", "initial"));
  EXPECT_TRUE(causes.has(SupplyCauses::kNoCredit));
  EXPECT_FALSE(causes.has(SupplyCauses::kTamper));
  EXPECT_FALSE(causes.none());
  EXPECT_TRUE(SupplyCauses{}.none());
  EXPECT_TRUE(SupplyCauses{}.words().empty());
}

TEST(Supply, EveryCauseHasAWord) { EXPECT_EQ(SupplyCauses{0x00FF}.words().size(), 8U); }

TEST(Supply, ACauseOnlyTheMeterKnowsStillHoldsTheRelayOpen) {
  const SupplyCauses foreign{0x8000};
  EXPECT_FALSE(foreign.none());
  EXPECT_TRUE(foreign.words().empty());
}

}  // namespace
}  // namespace metergate
