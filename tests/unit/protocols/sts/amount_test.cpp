// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/sts/currency_amount.hpp"
#include "protocols/sts/transfer_amount.hpp"
#include "tests/unit/protocols/sts/sts_vectors.hpp"

namespace metergate::sts {
namespace {

using vectors::each;
using vectors::hex_number;
using vectors::number;

Uint128 number_of(std::string_view digits) {
  Uint128 value = 0;
  for (const char digit : digits) value = value * 10 + static_cast<Uint128>(digit - '0');
  return value;
}

HundredThousandths units_of(std::string_view text) {
  const bool negative = text.starts_with('-');
  return {negative ? Sign::Negative : Sign::Positive, number_of(text.substr(negative ? 1 : 0))};
}

TEST(TransferAmount, TheVectorsHold) {
  each(sts_vectors(), "amount", [](const boost::json::object& entry) {
    SCOPED_TRACE(vectors::text(entry, "id"));
    const auto amount = TransferAmount::from_units(number(entry, "units"));
    ASSERT_TRUE(amount);
    EXPECT_EQ(amount->code(), hex_number(entry, "raw"));
    EXPECT_EQ(amount->units(), number(entry, "decoded_units"));
  });
}

TEST(TransferAmount, EveryCodeIsTheCodeOfItsOwnValueAndLargerThanTheOneBefore) {
  std::uint64_t before = 0;
  for (std::uint32_t code = 0; code <= 0xFFFF; ++code) {
    const auto amount = TransferAmount::from_code(static_cast<std::uint16_t>(code));
    ASSERT_TRUE(code == 0 || amount.units() > before) << code;
    before = amount.units();
    ASSERT_EQ(TransferAmount::from_units(before).value().code(), code);
  }
  EXPECT_EQ(before, TransferAmount::kMaxUnits);
}

TEST(TransferAmount, PastTheLastValueItIsRefused) {
  const auto amount = TransferAmount::from_units(TransferAmount::kMaxUnits + 1);
  ASSERT_FALSE(amount);
  EXPECT_EQ(amount.error().text(), "amount 18201625: must be at most 18201624 units");
}

RC_GTEST_PROP(TransferAmountLaws, NobodyGetsLessThanHePaidForNorAStepMore, ()) {
  const auto units = *rc::gen::inRange<std::uint64_t>(0, TransferAmount::kMaxUnits + 1);
  const auto amount = TransferAmount::from_units(units).value();
  RC_ASSERT(amount.units() >= units);
  if (amount.code() > 0) {
    const auto below = TransferAmount::from_code(static_cast<std::uint16_t>(amount.code() - 1));
    RC_ASSERT(below.units() < units);
  }
}

TEST(CurrencyAmount, TheVectorsHold) {
  each(sts_vectors(), "currency_amount", [](const boost::json::object& entry) {
    SCOPED_TRACE(vectors::text(entry, "id"));
    const auto amount = CurrencyAmount::from_units(units_of(vectors::text(entry, "units_1e-5")));
    ASSERT_TRUE(amount);
    EXPECT_EQ(amount->code(), hex_number(entry, "raw20"));
    EXPECT_TRUE(amount->units() == units_of(vectors::text(entry, "decoded_units_1e-5")));
  });
}

TEST(CurrencyAmount, EveryPositiveCodeIsTheCodeOfItsOwnValue) {
  for (std::uint32_t code = 0; code < 0x80000; ++code) {
    const auto units = CurrencyAmount::from_code(code).units();
    ASSERT_EQ(CurrencyAmount::from_units(units).value().code(), code);
  }
}

TEST(CurrencyAmount, EveryNegativeCodeIsTheCodeOfItsOwnValue) {
  for (std::uint32_t code = 0x80000; code <= 0xFFFFF; ++code) {
    const auto units = CurrencyAmount::from_code(code).units();
    ASSERT_EQ(CurrencyAmount::from_units(units).value().code(), code);
  }
}

TEST(CurrencyAmount, PastTheLastCodeItIsRefused) {
  auto units = CurrencyAmount::from_code(0x7FFFF).units();
  units.magnitude += 1;
  EXPECT_FALSE(CurrencyAmount::from_units(units));
  EXPECT_FALSE(CurrencyAmount::from_units({Sign::Positive, ~Uint128{0}}));
}

TEST(CurrencyAmount, ItsTextHasFiveDecimals) {
  EXPECT_EQ((HundredThousandths{Sign::Negative, 99'994}.text()), "-0.99994");
  EXPECT_EQ((HundredThousandths{Sign::Positive, 123'400'000}.text()), "1234.00000");
  EXPECT_EQ((HundredThousandths{Sign::Negative, 0}.text()), "0.00000");
}

RC_GTEST_PROP(CurrencyAmountLaws, TheRoundingIsNeverToTheCustomersHarm,
              (std::uint64_t upper, std::uint64_t lower)) {
  const Uint128 magnitude = ((Uint128{upper} << 64U) | lower) >> *rc::gen::inRange(11, 128);
  const auto credit = CurrencyAmount::from_units({Sign::Positive, magnitude});
  const auto debit = CurrencyAmount::from_units({Sign::Negative, magnitude});
  RC_ASSERT(credit && debit);
  RC_ASSERT(credit->units().magnitude >= magnitude);
  RC_ASSERT(debit->units().magnitude <= magnitude);
  RC_ASSERT((credit->code() & 0x7FFFFU) - (debit->code() & 0x7FFFFU) <= 1U);
}

}  // namespace
}  // namespace metergate::sts
