// SPDX-License-Identifier: Apache-2.0
#include "meters/models/model_words.hpp"

#include <gtest/gtest.h>

namespace metergate::model {
namespace {

TEST(ModelWords, AFieldReadsBackAsItWasWritten) {
  for (const char* text :
       {"time:u32", "digits:ascii20", "order_value:s32", "skip:u16", "1-0:1.29.0*255:u16"}) {
    const auto field = parse_field(text);
    ASSERT_TRUE(field) << text;
    EXPECT_EQ(field_text(*field), text);
  }
}

TEST(ModelWords, AChannelMayLeaveOutItsLastGroup) {
  EXPECT_EQ(parse_field("1-0:1.29.0:u16"), parse_field("1-0:1.29.0*255:u16"));
}

TEST(ModelWords, TwoCharactersFillARegister) {
  EXPECT_EQ(parse_field("serial:ascii20")->registers, 10);
  EXPECT_EQ(parse_field("time:u32")->registers, 2);
}

TEST(ModelWords, WhatIsNoFieldIsRefused) {
  for (const char* text :
       {"", "time", "time:", "time:u31", "tim:u32", ":u32", "digits:ascii", "digits:ascii3",
        "digits:ascii0", "digits:ascii9999", "time:f32", "channel:u16", "1-0:1.29:u16"}) {
    EXPECT_FALSE(parse_field(text)) << text;
  }
}

}  // namespace
}  // namespace metergate::model
