// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/meter_functions.hpp"

#include <gtest/gtest.h>

#include "protocols/sts/token_codec.hpp"
#include "protocols/sts/token_process.hpp"
#include "tests/unit/protocols/sts/sts_vectors.hpp"

namespace metergate::sts {
namespace {

using enum TokenResult;

TransferAmount units(std::uint64_t number) { return TransferAmount::from_units(number).value(); }

UnitCredit credit(std::uint64_t number, Commodity commodity = Commodity::Electricity) {
  return {.commodity = commodity, .amount = units(number)};
}

CurrencyCredit money(std::int64_t hundred_thousandths) {
  const bool negative = hundred_thousandths < 0;
  const auto magnitude =
      static_cast<Uint128>(negative ? -hundred_thousandths : hundred_thousandths);
  return {.amount =
              CurrencyAmount::from_units({negative ? Sign::Negative : Sign::Positive, magnitude})
                  .value()};
}

ManagementToken management(Management what, std::uint16_t value) {
  return {.management = what, .value = value};
}

TEST(MeterFunctions, CreditAddsUpAndIsUsedUp) {
  MeterFunctions meter{{}};
  EXPECT_EQ(meter.execute(credit(256)), Accept);
  EXPECT_EQ(meter.execute(credit(100)), Accept);
  EXPECT_EQ(meter.credit_units(Commodity::Electricity), 356U);
  meter.consume(Commodity::Electricity, 300);
  EXPECT_EQ(meter.credit_units(Commodity::Electricity), 56U);
  meter.consume(Commodity::Electricity, 1'000);
  EXPECT_EQ(meter.credit_units(Commodity::Electricity), 0U);
}

TEST(MeterFunctions, ARegisterThatWouldOverflowKeepsItsCredit) {
  MeterFunctions meter{{.most_units = 500}};
  EXPECT_EQ(meter.execute(credit(400)), Accept);
  EXPECT_EQ(meter.execute(credit(101)), OverflowError);
  EXPECT_EQ(meter.credit_units(Commodity::Electricity), 400U);
  EXPECT_EQ(meter.execute(credit(100)), Accept);
}

TEST(MeterFunctions, WhatAMeterDoesNotMeasureItDoesNotTake) {
  MeterFunctions meter{{}};
  EXPECT_EQ(meter.execute(credit(1, Commodity::Water)), FunctionError);
  EXPECT_EQ(meter.execute(money(100)), FunctionError);
  EXPECT_EQ(meter.execute(ExtendedRead{}), FunctionError);
  EXPECT_EQ(meter.execute(management(Management::SetWaterMeterFactor, 1)), FunctionError);
}

TEST(MeterFunctions, MoneyIsAddedAndTakenWithinItsBounds) {
  MeterFunctions meter{{.currency = true, .most_currency = 10'000}};
  EXPECT_EQ(meter.execute(money(9'000)), Accept);
  EXPECT_EQ(meter.execute(money(2'000)), OverflowError);
  EXPECT_EQ(meter.execute(money(-4'000)), Accept);
  EXPECT_EQ(meter.credit_currency(Commodity::Electricity), 5'000);
  meter.consume_currency(Commodity::Electricity, 9'000);
  EXPECT_EQ(meter.credit_currency(Commodity::Electricity), 0);
  EXPECT_EQ(meter.execute(CurrencyCredit{.amount = CurrencyAmount::from_code(0x7FFFF)}),
            OverflowError);
}

TEST(MeterFunctions, ClearCreditClearsTheRegisterItNames) {
  MeterFunctions meter{{.water = true, .currency = true}};
  const auto clear = [&](std::uint16_t number) {
    return meter.execute(management(Management::ClearCredit, number));
  };
  EXPECT_EQ(meter.execute(credit(10)), Accept);
  EXPECT_EQ(meter.execute(credit(20, Commodity::Water)), Accept);
  EXPECT_EQ(meter.execute(money(100)), Accept);
  EXPECT_EQ(clear(unit_register(Commodity::Electricity)), Accept);
  EXPECT_EQ(meter.credit_units(Commodity::Electricity), 0U);
  EXPECT_EQ(meter.credit_units(Commodity::Water), 20U);
  EXPECT_EQ(clear(currency_register(Commodity::Electricity)), Accept);
  EXPECT_EQ(meter.credit_currency(Commodity::Electricity), 0);
  EXPECT_EQ(clear(unit_register(Commodity::Gas)), RangeError);
  EXPECT_EQ(clear(8), RangeError);
  EXPECT_EQ(clear(kAllCreditRegisters), Accept);
  EXPECT_EQ(meter.credit_units(Commodity::Water), 0U);
}

TEST(MeterFunctions, LimitsAreInWattsAndUnbalanceIsForPolyphaseMeters) {
  MeterFunctions single{{.most_watts = 20'000}};
  EXPECT_EQ(single.power_limit_w(), std::nullopt);
  EXPECT_EQ(single.execute(management(Management::SetMaximumPowerLimit, units(1'000).code())),
            Accept);
  EXPECT_EQ(single.power_limit_w(), 1'000U);
  EXPECT_EQ(single.execute(management(Management::SetMaximumPowerLimit, units(30'000).code())),
            RangeError);
  EXPECT_EQ(single.power_limit_w(), 1'000U);
  const auto unbalance =
      management(Management::SetMaximumPhasePowerUnbalanceLimit, units(500).code());
  EXPECT_EQ(single.execute(unbalance), FunctionError);
  MeterFunctions three{{.polyphase = true}};
  EXPECT_EQ(three.execute(unbalance), Accept);
  EXPECT_EQ(three.unbalance_limit_w(), 500U);
}

TEST(MeterFunctions, OnlyAClearTamperTokenEndsTheTamperState) {
  MeterFunctions meter{{}};
  meter.tamper();
  EXPECT_EQ(meter.execute(credit(100)), Accept);
  EXPECT_TRUE(meter.tampered());
  EXPECT_EQ(meter.execute(management(Management::ClearTamperCondition, 0)), Accept);
  EXPECT_FALSE(meter.tampered());
}

TEST(MeterFunctions, FlagsAreSetOneByOne) {
  MeterFunctions meter{{}};
  EXPECT_EQ(meter.execute(management(Management::ExtendedSet, 0xFC01)), Accept);  // flag 0 on
  EXPECT_TRUE(meter.flag(0));
  EXPECT_EQ(meter.execute(management(Management::ExtendedSet, 0xFC00 | (6 << 1) | 1)), Accept);
  EXPECT_TRUE(meter.flag(6));
  EXPECT_EQ(meter.execute(management(Management::ExtendedSet, 0xFC00)), Accept);
  EXPECT_FALSE(meter.flag(0));
  EXPECT_TRUE(meter.flag(6));
  EXPECT_EQ(meter.execute(management(Management::ExtendedSet, 0xFC00 | (12 << 1))), RangeError);
  EXPECT_EQ(meter.execute(management(Management::ExtendedSet, 0x007B)), Accept);
  EXPECT_EQ(meter.control_value(), 123);
  EXPECT_EQ(meter.execute(management(Management::ExtendedSet, 5 << 10)), RangeError);
}

TEST(MeterFunctions, TestZeroAsksForEverythingTheMeterKnows) {
  MeterFunctions meter{{.tests = control_bit(MeterTest::LoadSwitch)}};
  EXPECT_EQ(meter.execute(InitiateMeterTest{.control = all_tests(ManufacturerForm::TwoDigits)}),
            Accept);
  EXPECT_EQ(meter.take_tests(), control_bit(MeterTest::LoadSwitch));
  EXPECT_EQ(meter.take_tests(), 0U);
  EXPECT_EQ(meter.execute(InitiateMeterTest{.control = control_bit(MeterTest::TariffIndex)}),
            FunctionError);
}

TEST(MeterFunctions, BehindATokenProcessADigitStringCreditsOnce) {
  const VectorConfig config = vector_config("S11.p11");
  MeterFunctions functions{{}};
  TokenProcess process{
      MeterKey{.cipher = config.cipher()}, TidStore{TokenIdentifier::from_minutes(1)}, {}};
  const auto enter = [&](const TokenContent& content) {
    const auto digits = encode_token(content, config.cipher()).value();
    return process.process(digits, UtcSeconds{},
                           [&](const TokenContent& one) { return functions.execute(one); });
  };
  auto token = credit(256);
  token.tid = TokenIdentifier::from_minutes(100);
  EXPECT_EQ(enter(token), Accept);
  EXPECT_EQ(enter(token), UsedError);
  EXPECT_EQ(functions.credit_units(Commodity::Electricity), 256U);
}

}  // namespace
}  // namespace metergate::sts
