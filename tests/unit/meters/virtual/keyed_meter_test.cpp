// SPDX-License-Identifier: Apache-2.0
#include "tests/support/keyed_meter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meters/token_log.hpp"
#include "meters/virtual/account.hpp"
#include "meters/virtual/token_rules.hpp"

/// Meters that decide for real; tests named J.. stand for rows of the acceptance list.
namespace metergate::virtual_meter {
namespace {

using namespace std::chrono_literals;
using operation::MeterRefusal;
using operation::OrderTaken;
using sts::Management;
using tests::Bench;
using tests::kNow;
using tests::no;
using tests::raw;
using tests::taken;
using tests::with_keys;

TEST(KeyedMeterTest, CreditAddsWhatTheTokenSaysOnce) {
  Bench bench;
  const TokenDigits token = bench.vendor.units(256);
  const auto answer = bench.send(token);
  ASSERT_TRUE(taken(answer)) << raw(answer);
  EXPECT_EQ(std::get<OrderTaken>(answer).value, 640);  // 25.6 kWh at 25
  EXPECT_EQ(bench.meter.balance_minor(), 5'640);
  EXPECT_EQ(raw(bench.send(token)), "UsedError");
  EXPECT_EQ(no(bench.send(token)).refusal, MeterRefusal::Duplicate);
  EXPECT_EQ(bench.meter.balance_minor(), 5'640);
}

TEST(KeyedMeterTest, FractionsOfAMinorUnitAreNotLost) {
  Bench bench;
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(taken(bench.send(bench.vendor.units(1))));
  EXPECT_EQ(bench.meter.balance_minor(), 5'010);  // four times 0.1 kWh at 25, 2.5 each
}

TEST(KeyedMeterTest, CurrencyCreditGoesToItsOwnRegisterAndACorrectionTakesItBack) {
  Bench bench;
  ASSERT_TRUE(taken(bench.send(bench.vendor.currency(1'000))));
  EXPECT_EQ(bench.meter.token_state()->money_minor, 1'000);
  ASSERT_TRUE(taken(bench.send(bench.vendor.currency(400, sts::Sign::Negative))));
  EXPECT_EQ(bench.meter.balance_minor(), 5'600);
  EXPECT_EQ(raw(bench.send(bench.vendor.currency(90'000, sts::Sign::Negative))), "RangeError");
}

TEST(KeyedMeterTest, CreditBeyondTheRegisterIsRefusedWholeAndTheTokenStaysUsable) {
  Bench bench;
  const TokenDigits much = bench.vendor.units(900'000);  // 90 MWh are 22,500.00
  EXPECT_EQ(raw(bench.send(much)), "OverflowError");
  EXPECT_EQ(no(bench.send(much)).refusal, MeterRefusal::AccountHigh);
  EXPECT_EQ(bench.meter.balance_minor(), 5'000);
  EXPECT_EQ(raw(bench.send(bench.vendor.currency(3'000'000))), "OverflowError");
}

TEST(KeyedMeterTest, OtherCommoditiesAndFunctionsOfWaterMetersAreRefused) {
  Bench bench;
  const auto gas = sts::UnitCredit{.commodity = sts::Commodity::Gas, .tid = bench.vendor.next()};
  EXPECT_EQ(raw(bench.send(bench.vendor.encode(gas))), "FunctionError");
  EXPECT_EQ(raw(bench.send(bench.vendor.management(Management::SetWaterMeterFactor, 5))),
            "FunctionError");
  EXPECT_EQ(raw(bench.send(bench.vendor.management(Management::ExtendedSet, 0xFC01))),
            "FunctionError");
}

TEST(KeyedMeterTest, TokensOfTheOpenRuleAreWorthNothing) {
  Bench bench;
  for (std::uint16_t n = 1; n < 50; ++n) {
    EXPECT_FALSE(taken(bench.send(utrn_credit(n, 500, n).digits)));
    EXPECT_FALSE(taken(bench.send(sts_credit(n).digits)));
    EXPECT_FALSE(bench.meter.key_in(sts_credit(n).digits.reveal(), kNow).display.empty() &&
                 bench.meter.balance_minor() != 5'000);
  }
  EXPECT_EQ(bench.meter.balance_minor(), 5'000);
  bench.restart();
  EXPECT_FALSE(taken(bench.send(sts_credit(60).digits)));
}

TEST(KeyedMeterTest, OldTokensAndExpiredKeysAreRefused) {
  Bench bench{with_keys("VM00001001", {.key_expiry = {97}}), {.key_expiry = {97}}};
  const auto with_tid = [&](std::uint32_t minutes) {
    return bench.vendor.encode(sts::UnitCredit{.tid = sts::TokenIdentifier::from_minutes(minutes),
                                               .amount = sts::TransferAmount::from_code(10)});
  };
  EXPECT_EQ(raw(bench.send(with_tid(1'000))), "OldError");
  EXPECT_EQ(raw(bench.send(with_tid(98U << 16U))), "KeyExpiredError");
  EXPECT_TRUE(taken(bench.send(with_tid((98U << 16U) - 1))));
}

TEST(KeyedMeterTest, CreditUnderADefaultKeyIsRefusedButManagementIsNot) {
  const test_keys::Issue under_default{.key_type = sts::KeyType::Default};
  Bench bench{with_keys("VM00001001", under_default), under_default};
  EXPECT_EQ(raw(bench.send(bench.vendor.units(10))), "DDTKError");
  EXPECT_EQ(no(bench.send(bench.vendor.units(10))).refusal, MeterRefusal::NotPermitted);
  EXPECT_TRUE(taken(bench.send(bench.vendor.limit(Management::SetMaximumPowerLimit, 5'000))));
}

TEST(KeyedMeterTest, MeterInCreditModeTakesNoCredit) {
  Settings settings = with_keys();
  settings.prepayment = false;
  Bench bench{settings};
  EXPECT_EQ(no(bench.send(bench.vendor.units(10))).refusal, MeterRefusal::NotPermitted);
  EXPECT_EQ(no(bench.send(bench.vendor.utrn(1, 500))).refusal, MeterRefusal::NotPermitted);
}

// ---- tamper and clearing -----------------------------------------------------------------------

TEST(KeyedMeterTest, J12J13OpeningTheCoverTakesTheSupplyUntilTheTokenComes) {
  Bench bench;
  bench.meter.open_cover(kNow);
  EXPECT_EQ(bench.meter.log(LogId::Tamper).back().code, EventCode::TamperStarted);
  bench.meter.close_cover(kNow + 1min);
  bench.meter.press_button(kNow + 1min);
  EXPECT_EQ(bench.meter.relay().state, SupplyState::Off);

  ASSERT_TRUE(taken(bench.send(bench.vendor.units(100))));
  EXPECT_EQ(bench.meter.balance_minor(), 5'250);  // counted, and the relay still off
  bench.meter.press_button(kNow + 2min);
  EXPECT_EQ(bench.meter.relay().state, SupplyState::Off);
  const auto arm = operation::OperateRelay{SupplyState::Armed, ++bench.transaction};
  ASSERT_TRUE(bench.meter.perform(arm, kNow + 3min));
  EXPECT_EQ(bench.meter.relay().causes.words(), std::vector<std::string>{"tamper"});
}

TEST(KeyedMeterTest, J14J18TamperResetWorksOnItsMeterOnlyAndArmsTheRelay) {
  Bench bench;
  Bench neighbour{with_keys("VM00001002")};
  bench.meter.open_cover(kNow);
  bench.meter.close_cover(kNow);
  bench.restart();
  const TokenDigits reset = bench.vendor.management(Management::ClearTamperCondition);
  EXPECT_EQ(no(neighbour.send(reset)).refusal, MeterRefusal::NotAuthentic);
  EXPECT_EQ(raw(neighbour.key_in(reset).answer), "CRCError");
  ASSERT_TRUE(taken(bench.send(reset)));
  EXPECT_EQ(bench.meter.relay().state, SupplyState::Armed);
  EXPECT_EQ(bench.meter.log(LogId::Tamper).back().code, EventCode::TamperEnded);
  bench.meter.press_button(kNow + 1min);
  EXPECT_EQ(bench.meter.relay().state, SupplyState::On);
  EXPECT_EQ(raw(bench.send(reset)), "UsedError");
}

TEST(KeyedMeterTest, J20J21ClearCreditLeavesNothingAndDisconnectsUntilCreditComes) {
  Bench bench;
  bench.wait(60s);
  const auto energy_before = bench.meter.snapshots().back().values.front().value;
  ASSERT_TRUE(taken(bench.send(bench.vendor.management(Management::ClearCredit, 0))));
  EXPECT_EQ(bench.meter.balance_minor(), 0);
  EXPECT_EQ(bench.meter.relay().state, SupplyState::Off);
  EXPECT_EQ(bench.meter.relay().causes.words(), std::vector<std::string>{"no-credit"});
  EXPECT_EQ(bench.meter.snapshots().back().values.front().value, energy_before);
  ASSERT_TRUE(taken(bench.send(bench.vendor.units(100))));
  EXPECT_EQ(bench.meter.relay().state, SupplyState::Armed);
  bench.meter.press_button(bench.now);
  EXPECT_EQ(bench.meter.relay().state, SupplyState::On);
}

TEST(KeyedMeterTest, ClearCreditClearsTheRegisterItNames) {
  Bench bench;
  ASSERT_TRUE(taken(bench.send(bench.vendor.currency(700))));
  ASSERT_TRUE(taken(bench.send(bench.vendor.management(Management::ClearCredit, 0))));
  EXPECT_EQ(bench.meter.balance_minor(), 700);
  ASSERT_TRUE(taken(bench.send(bench.vendor.units(100))));
  ASSERT_TRUE(taken(bench.send(bench.vendor.management(Management::ClearCredit, 4))));
  EXPECT_EQ(bench.meter.balance_minor(), 250);
  EXPECT_EQ(raw(bench.send(bench.vendor.management(Management::ClearCredit, 1))), "RangeError");
  ASSERT_TRUE(taken(bench.send(bench.vendor.currency(700))));
  ASSERT_TRUE(taken(bench.send(bench.vendor.management(Management::ClearCredit, 0xFFFF))));
  EXPECT_EQ(bench.meter.balance_minor(), 0);
}

TEST(KeyedMeterTest, CodesOfTheOldSupplierDieWithItsKeysAndCountingGoesOn) {
  Bench bench;
  ASSERT_TRUE(taken(bench.send(bench.vendor.utrn(5, 1'000))));
  const TokenDigits unused = bench.vendor.utrn(6, 1'000);
  operation::ChangeSupplier order;
  order.supplier = {2, "South Power"};
  order.transaction = ++bench.transaction;
  ASSERT_TRUE(taken(std::get<operation::OrderAnswer>(*bench.meter.perform(order, bench.now))));
  bench.restart();
  EXPECT_EQ(no(bench.send(unused)).refusal, operation::MeterRefusal::NotAuthentic);
  bench.vendor.change_supplier(2);
  EXPECT_FALSE(taken(bench.send(bench.vendor.utrn(5, 1'000)))) << "at the floor";
  EXPECT_TRUE(taken(bench.send(bench.vendor.utrn(6, 1'000))));
}

}  // namespace
}  // namespace metergate::virtual_meter
