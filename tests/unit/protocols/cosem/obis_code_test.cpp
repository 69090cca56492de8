// SPDX-License-Identifier: Apache-2.0
#include "protocols/cosem/obis_code.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace metergate::cosem {
namespace {

RC_GTEST_PROP(ObisCodeLaws, WhatIsWrittenIsReadAgain, (const std::array<std::uint8_t, 6>& groups)) {
  const ObisCode code{groups};
  RC_ASSERT(ObisCode::parse(code.text()) == code);
}

TEST(ObisCode, WithoutItsLastGroupMeansTheCurrentValue) {
  ASSERT_TRUE(ObisCode::parse("1-0:1.8.0"));
  EXPECT_EQ(ObisCode::parse("1-0:1.8.0")->text(), "1-0:1.8.0*255");
  EXPECT_EQ(ObisCode::parse("1-0:1.8.0*255"), ObisCode::parse("1-0:1.8.0"));
}

TEST(ObisCode, NothingElseIsOne) {
  for (const auto* text : {"", "1", "1-0:1.8", "1-0:1.8.0*", "1-0:1.8.0.255", "1-0:1.8.0*255*",
                           "1-0:1.8.0*255 ", "1.0:1.8.0", "1-0.1.8.0", "256-0:1.8.0",
                           "0001-0:1.8.0", "-1-0:1.8.0", " 1-0:1.8.0", "1-0:1.8.x"}) {
    EXPECT_FALSE(ObisCode::parse(text)) << text;
  }
}

}  // namespace
}  // namespace metergate::cosem
