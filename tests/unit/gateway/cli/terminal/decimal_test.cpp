// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/terminal/decimal.hpp"

#include <gtest/gtest.h>

namespace metergate::cli {
namespace {

std::string scaled(std::string_view text, unsigned decimals) {
  const auto value = parse_decimal(text, decimals);
  if (!value) return "none";
  return (value->sign == sts::Sign::Negative ? "-" : "") + decimal_text(value->magnitude);
}

TEST(ParseDecimal, IsExact) {
  EXPECT_EQ(scaled("25.6", 1), "256");
  EXPECT_EQ(scaled("25", 1), "250");
  EXPECT_EQ(scaled("0.00001", 5), "1");
  EXPECT_EQ(scaled("182044444444444442624", 5), "18204444444444444262400000");
  EXPECT_EQ(scaled("7", 0), "7");
}

TEST(ParseDecimal, WhatIsFinerGoesTheCustomersWay) {
  EXPECT_EQ(scaled("25.61", 1), "257");
  EXPECT_EQ(scaled("25.60", 1), "256");
  EXPECT_EQ(scaled("-1.000019", 5), "-100001");
  EXPECT_EQ(scaled("0.01", 0), "1");
}

TEST(ParseDecimal, OtherTextIsNoNumber) {
  for (const char* text : {"", "-", ".", "1.", ".5", "1,5", "1e3", "+1", "--1", "1.2.3", " 1",
                           "1234567890123456789012345678901234567"}) {
    EXPECT_EQ(scaled(text, 1), "none") << text;
  }
}

TEST(DecimalShown, PutsThePointInPlace) {
  EXPECT_EQ(decimal_shown(256, 1), "25.6");
  EXPECT_EQ(decimal_shown(1, 2), "0.01");
  EXPECT_EQ(decimal_shown(5, 0), "5");
}

}  // namespace
}  // namespace metergate::cli
