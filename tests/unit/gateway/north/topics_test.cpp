// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/topics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "requests.hpp"

namespace metergate::north {
namespace {

using testing::ElementsAre;

TEST(Topics, AreSubscribedToForMetersAndForTheBox) {
  EXPECT_THAT(topics().command_filters(), ElementsAre("metergate/v1/site-1/meter/+/command/+",
                                                      "metergate/v1/site-1/command/+"));
}

TEST(Topics, OfARootWithLevelsStandBelowAllOfThem) {
  const Topics deep{"utility/north", *SiteId::parse("s")};
  EXPECT_EQ(deep.gateway_state(), "utility/north/v1/s/state");
  EXPECT_EQ(deep.parse_command_topic("utility/north/v1/s/meter/m/command/read")->meter, "m");
  EXPECT_FALSE(deep.may_answer_on("utility/north/elsewhere"));
  EXPECT_TRUE(deep.may_answer_on("utility/vending"));
}

TEST(Topics, ThatAreNoPrefixOfTheRootMayBeAnsweredOn) {
  EXPECT_TRUE(topics().may_answer_on("metergate-cli/site-1/c-1"));
  EXPECT_FALSE(topics().may_answer_on("metergate/x"));
  EXPECT_FALSE(topics().may_answer_on(""));
}

}  // namespace
}  // namespace metergate::north
