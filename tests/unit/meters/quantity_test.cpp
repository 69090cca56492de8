// SPDX-License-Identifier: Apache-2.0
#include "meters/quantity.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <limits>

namespace metergate {
namespace {

TEST(Quantity, EveryUnitReadsBackAsWritten) {
  for (int i = 0; i <= static_cast<int>(Unit::CurrencyMinor); ++i) {
    const auto unit = static_cast<Unit>(i);
    EXPECT_EQ(parse_unit(unit_symbol(unit)), unit);
  }
  EXPECT_EQ(parse_unit("kWh"), std::nullopt);
}

TEST(Quantity, TheSuffixIsFitForANameInJsonAndSql) {
  for (int i = 0; i <= static_cast<int>(Unit::CurrencyMinor); ++i) {
    EXPECT_EQ(unit_suffix(static_cast<Unit>(i)).find_first_not_of("abcdefghijklmnopqrstuvwxyz"),
              std::string_view::npos);
  }
}

TEST(Decimal, IsWrittenWithoutExponent) {
  EXPECT_EQ((Decimal{2304, -1}.text()), "230.4");
  EXPECT_EQ((Decimal{5, -3}.text()), "0.005");
  EXPECT_EQ((Decimal{-5, -3}.text()), "-0.005");
  EXPECT_EQ((Decimal{12, 3}.text()), "12000");
  EXPECT_EQ((Decimal{0, 3}.text()), "0");
  EXPECT_EQ((Decimal{0, -2}.text()), "0.00");
}

TEST(Decimal, TheSmallestMantissaHasAText) {
  EXPECT_EQ((Decimal{std::numeric_limits<std::int64_t>::min(), 0}.text()), "-9223372036854775808");
}

RC_GTEST_PROP(DecimalLaws, TheTextIsTheNumber, (std::int32_t mantissa)) {
  const Decimal decimal{mantissa, *rc::gen::inRange<std::int8_t>(-9, 10)};
  const double read = std::strtod(decimal.text().c_str(), nullptr);
  RC_ASSERT(std::abs(read - decimal.as_double()) <= 1e-12 * std::abs(read));
}

}  // namespace
}  // namespace metergate
