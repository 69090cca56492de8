// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meters/token_log.hpp"
#include "meters/virtual/account.hpp"
#include "meters/virtual/token_rules.hpp"
#include "tests/support/keyed_meter.hpp"

/// Limits that tokens set, and that really switch (rows J-29 to J-37).
namespace metergate::virtual_meter {
namespace {

using namespace std::chrono_literals;
using operation::MeterRefusal;
using sts::Management;
using testing::ElementsAre;
using tests::Bench;
using tests::no;
using tests::raw;
using tests::taken;
using tests::with_keys;

TEST(KeyedMeterLimitsTest, J29MeterTakesALimitAndReportsIt) {
  Bench bench;
  ASSERT_TRUE(taken(bench.send(bench.vendor.limit(Management::SetMaximumPowerLimit, 1'000))));
  EXPECT_EQ(bench.meter.token_state()->power_limit_w, 1'000U);
  EXPECT_EQ(bench.meter.log(LogId::Configuration).back().code, EventCode::ConfigurationChanged);
  bench.restart();
  EXPECT_EQ(bench.meter.token_state()->power_limit_w, 1'000U);
}

TEST(KeyedMeterLimitsTest, J30PeakOfSecondsIsNoBreach) {
  Bench bench;
  bench.meter.switch_load(PhaseWatts{300, 0, 0}, bench.now);
  ASSERT_TRUE(taken(bench.send(bench.vendor.limit(Management::SetMaximumPowerLimit, 1'000))));
  for (int peak = 0; peak < 10; ++peak) {
    bench.wait(4min);
    bench.meter.switch_load(PhaseWatts{2'000, 0, 0}, bench.now);
    bench.wait(10s);
    bench.meter.switch_load(PhaseWatts{300, 0, 0}, bench.now);
  }
  bench.wait(10min);
  EXPECT_EQ(bench.meter.relay().state, SupplyState::On);
  EXPECT_TRUE(bench.meter.log(LogId::OperatingCondition).empty());
}

TEST(KeyedMeterLimitsTest, J31J32SupplyGoesOffForMinutesAndComesBackByItselfUntilTheLoadIsLess) {
  Bench bench;
  bench.meter.switch_load(PhaseWatts{2'000, 0, 0}, bench.now);
  ASSERT_TRUE(taken(bench.send(bench.vendor.limit(Management::SetMaximumPowerLimit, 1'000))));
  bench.wait(5min);
  EXPECT_EQ(bench.meter.relay().state, SupplyState::Off);
  EXPECT_EQ(bench.meter.relay().causes.words(), std::vector<std::string>{"overload"});
  bench.restart();
  bench.wait(19min);
  const auto& log = bench.meter.log(LogId::OperatingCondition);
  const auto breaches = std::ranges::count(log, EventCode::LoadLimitExceeded, &LogEntry::code);
  EXPECT_EQ(breaches, 4);  // three minutes on, three off
  EXPECT_THAT(log, testing::Each(testing::Field(
                       &LogEntry::cause, static_cast<std::uint16_t>(LimitCause::PowerLimit))));

  bench.meter.switch_load(PhaseWatts{500, 0, 0}, bench.now);
  bench.wait(1h);
  EXPECT_EQ(bench.meter.relay().state, SupplyState::On);
  EXPECT_LE(std::ranges::count(log, EventCode::LoadLimitExceeded, &LogEntry::code), 5);
  EXPECT_EQ(bench.meter.log(LogId::Supply).back().code, EventCode::SupplyOn);
  EXPECT_EQ(bench.meter.log(LogId::Supply).back().cause, SupplyCauses::kOverload);
}

TEST(KeyedMeterLimitsTest, SupplyThatWasTakenDuringThePauseDoesNotComeBackByItself) {
  Bench bench;
  bench.meter.switch_load(PhaseWatts{2'000, 0, 0}, bench.now);
  ASSERT_TRUE(taken(bench.send(bench.vendor.limit(Management::SetMaximumPowerLimit, 1'000))));
  bench.wait(4min);
  ASSERT_EQ(bench.meter.relay().state, SupplyState::Off);
  const auto relay = [&](SupplyState order) {
    return bench.meter.perform(operation::OperateRelay{order, ++bench.transaction}, bench.now);
  };
  ASSERT_TRUE(relay(SupplyState::Off));
  ASSERT_TRUE(relay(SupplyState::Armed));
  bench.wait(10min);
  EXPECT_EQ(bench.meter.relay().state, SupplyState::Armed);
}

TEST(KeyedMeterLimitsTest, J33LimitsBelowAHundredthOfAKilowattAreRefused) {
  Bench bench;
  EXPECT_EQ(raw(bench.send(bench.vendor.limit(Management::SetMaximumPowerLimit, 9))), "RangeError");
  EXPECT_EQ(raw(bench.send(bench.vendor.limit(Management::SetMaximumPowerLimit, 0))), "RangeError");
  EXPECT_TRUE(taken(bench.send(bench.vendor.limit(Management::SetMaximumPowerLimit, 10))));
  EXPECT_TRUE(taken(bench.send(bench.vendor.limit(Management::SetMaximumPowerLimit, 18'201'624))));
  EXPECT_EQ(bench.meter.token_state()->power_limit_w, 18'201'624U);
}

TEST(KeyedMeterLimitsTest, J34ThreePhaseMeterShowsEachPhase) {
  Settings settings = with_keys();
  settings.phases = 3;
  Bench bench{settings};
  bench.meter.switch_load(PhaseWatts{900, 500, 100}, bench.now);
  const std::vector codes{*cosem::ObisCode::parse("1-0:21.7.0"),
                          *cosem::ObisCode::parse("1-0:41.7.0"),
                          *cosem::ObisCode::parse("1-0:61.7.0")};
  const auto answer = bench.meter.perform(operation::ReadRegisters{codes}, bench.now);
  std::vector<std::int64_t> watts;
  for (const auto& value : std::get<RegisterReading>(answer.value()).values) {
    watts.push_back(value.value.mantissa);
  }
  EXPECT_THAT(watts, ElementsAre(900, 500, 100));
}

TEST(KeyedMeterLimitsTest, J35UnbalanceLimitIsRefusedByASinglePhaseMeter) {
  Bench bench;
  const auto limit = bench.vendor.limit(Management::SetMaximumPhasePowerUnbalanceLimit, 2'000);
  EXPECT_EQ(raw(bench.send(limit)), "FunctionError");
  EXPECT_EQ(no(bench.send(limit)).refusal, MeterRefusal::NotSupported);
}

TEST(KeyedMeterLimitsTest, J36J37UnbalancedPhasesDisconnectWithTheirOwnCause) {
  Settings settings = with_keys();
  settings.phases = 3;
  Bench bench{settings};
  bench.meter.switch_load(PhaseWatts{2'000, 2'000, 500}, bench.now);
  ASSERT_TRUE(
      taken(bench.send(bench.vendor.limit(Management::SetMaximumPhasePowerUnbalanceLimit, 1'600))));
  bench.wait(10min);
  EXPECT_EQ(bench.meter.relay().state, SupplyState::On);
  bench.meter.switch_load(PhaseWatts{2'000, 2'000, 300}, bench.now);
  bench.wait(3min);
  EXPECT_EQ(bench.meter.relay().state, SupplyState::Off);
  const LogEntry& event = bench.meter.log(LogId::OperatingCondition).front();
  EXPECT_EQ(event.code, EventCode::LoadLimitExceeded);
  EXPECT_EQ(event.cause, static_cast<std::uint16_t>(LimitCause::Unbalance));
  EXPECT_GT(event.detail, 1'600U);
}

}  // namespace
}  // namespace metergate::virtual_meter
