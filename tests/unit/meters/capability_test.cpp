// SPDX-License-Identifier: Apache-2.0
#include "meters/capability.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace metergate {
namespace {

TEST(Capability, EveryOneReadsBackAsWritten) {
  for (int i = 0; i <= static_cast<int>(Capability::Transactions); ++i) {
    const auto capability = static_cast<Capability>(i);
    EXPECT_EQ(parse_capability(capability_word(capability)), capability);
  }
  EXPECT_EQ(parse_capability("relay"), std::nullopt);
}

TEST(Capability, ASetHoldsWhatWasAddedAndNothingElse) {
  CapabilitySet set;
  set.add(Capability::Tokens);
  set.add(Capability::Registers);
  set.add(Capability::Tokens);
  EXPECT_TRUE(set.has(Capability::Tokens));
  EXPECT_FALSE(set.has(Capability::CloseRelay));
  EXPECT_THAT(set.words(), testing::ElementsAre("registers", "tokens"));
}

}  // namespace
}  // namespace metergate
