// SPDX-License-Identifier: Apache-2.0
#include "meters/command.hpp"

#include <gtest/gtest.h>

namespace metergate {
namespace {

TEST(Command, TheVerbsStandInTheOrderOfTheirParameters) {
  for (std::size_t i = 0; i < kVerbs.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kVerbs[i].verb), i);
    EXPECT_EQ(traits_of(kVerbs[i].verb).word, kVerbs[i].word);
    EXPECT_EQ(parse_verb(kVerbs[i].word), kVerbs[i].verb);
  }
  static_assert(std::variant_size_v<CommandParams> == kVerbs.size());
  EXPECT_EQ(parse_verb("reboot"), std::nullopt);
}

TEST(Command, AnOrderIsNeverAskedTwiceAndAlwaysSaysWhoAndWhy) {
  for (const Verb verb : {Verb::DeliverToken, Verb::SetRelay, Verb::SetClock}) {
    EXPECT_EQ(traits_of(verb).repeatable, Repeatable::No);
    EXPECT_EQ(traits_of(verb).accountability, Accountability::Required);
    EXPECT_TRUE(traits_of(verb).needs);
  }
}

TEST(Command, PrioritiesReadBackAsWritten) {
  for (int i = 0; i <= static_cast<int>(Priority::Routine); ++i) {
    const auto priority = static_cast<Priority>(i);
    EXPECT_EQ(parse_priority(priority_word(priority)), priority);
  }
  EXPECT_EQ(parse_priority("high"), std::nullopt);
}

TEST(Command, EveryDataClassNeedsTheCapabilityOfItsName) {
  for (const DataClass data : kAllDataClasses) {
    EXPECT_EQ(parse_data_class(data_class_word(data)), data);
  }
  EXPECT_EQ(capability_for(DataClass::Registers), Capability::Registers);
  EXPECT_EQ(capability_for(DataClass::Daily), Capability::Daily);
  EXPECT_EQ(capability_for(DataClass::Profile), Capability::Profile);
  EXPECT_EQ(capability_for(DataClass::Logs), Capability::Logs);
  EXPECT_EQ(capability_for(DataClass::Clock), Capability::ReadClock);
  EXPECT_EQ(capability_for(DataClass::Relay), Capability::ReadRelay);
}

}  // namespace
}  // namespace metergate
