// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/support/keyed_meter.hpp"

/// Key changes as a meter lives them (rows J-40, J-41, J-45, J-50, J-51) and what it keeps of its
/// keys over a restart.
namespace metergate::virtual_meter {
namespace {

using namespace std::chrono_literals;
using tests::Bench;
using tests::kNow;
using tests::raw;
using tests::taken;
using tests::Vendor;
using tests::with_keys;
using Issue = test_keys::Issue;

const SerialNumber kSerial = *SerialNumber::parse("VM00001001");
constexpr Issue kOtherGroup{.supply_group = test_keys::kOtherSupplyGroup};

TEST(KeyChangeTest, J45J50AfterBothTokensOnlyTheNewKeyOpensTheMeter) {
  Bench bench;
  const auto set = bench.vendor.key_change(kOtherGroup, sts::SupplyGroupToken::Without);
  ASSERT_EQ(set.size(), 2U);
  EXPECT_TRUE(taken(bench.send(set[0])));
  EXPECT_TRUE(taken(bench.send(bench.vendor.units(10))));  // the old key until the set is whole
  EXPECT_TRUE(taken(bench.send(set[1])));
  EXPECT_EQ(raw(bench.send(bench.vendor.units(10))), "CRCError");
  Vendor after{kSerial, kNow + 1h, kOtherGroup};
  EXPECT_TRUE(taken(bench.send(after.units(10))));
  // A set of two tells no supply group.
  EXPECT_FALSE(bench.meter.token_state()->keys.decoder.supply_group);
}

TEST(KeyChangeTest, J51OrderOfTheSetDoesNotMatterAndASectionMayComeTwice) {
  Bench bench;
  const auto set = bench.vendor.key_change(kOtherGroup);
  for (const std::size_t i : {2U, 1U, 2U, 0U}) ASSERT_TRUE(taken(bench.send(set[i])));
  EXPECT_EQ(bench.meter.token_state()->keys.decoder.supply_group, test_keys::kOtherSupplyGroup);
}

TEST(KeyChangeTest, KeyedInSectionsAnswerWithTheirNumber) {
  Bench bench;
  const auto set = bench.vendor.key_change(kOtherGroup);
  EXPECT_EQ(bench.key_in(set[1]).display, std::vector<std::string>{"2ndKCT"});
  EXPECT_EQ(bench.key_in(set[2]).display, std::vector<std::string>{"3rdKCT"});
  EXPECT_EQ(bench.key_in(set[0]).display, std::vector<std::string>{"Accept"});
}

TEST(KeyChangeTest, J40J41TokenWithTheOldTariffIndexIsRefusedAfterTheChange) {
  const Issue seven{.tariff_index = 7};
  Bench bench{with_keys("VM00001001", seven), seven};
  Vendor one{kSerial, kNow + 1h};
  EXPECT_EQ(raw(bench.send(one.units(10))), "CRCError");
  for (const TokenDigits& section : bench.vendor.key_change({})) {
    ASSERT_TRUE(taken(bench.send(section)));
  }
  EXPECT_EQ(bench.meter.token_state()->keys.decoder.tariff_index, 1);
  EXPECT_TRUE(taken(bench.send(one.units(10))));
  EXPECT_EQ(raw(bench.send(bench.vendor.units(10))), "CRCError");
}

TEST(KeyChangeTest, IncompleteSetIsDroppedAfterTenMinutes) {
  Bench bench;
  const auto set = bench.vendor.key_change(kOtherGroup, sts::SupplyGroupToken::Without);
  ASSERT_TRUE(taken(bench.send(set[0])));
  bench.wait(11min);
  ASSERT_TRUE(taken(bench.send(set[1])));
  EXPECT_TRUE(taken(bench.send(bench.vendor.units(10))));  // still the old key
  ASSERT_TRUE(taken(bench.send(set[0])));                  // within ten minutes of the second
  EXPECT_EQ(raw(bench.send(bench.vendor.units(10))), "CRCError");
}

TEST(KeyChangeTest, HalfASetSurvivesARestartAndAClockSetting) {
  Bench bench;
  const auto set = bench.vendor.key_change(kOtherGroup, sts::SupplyGroupToken::Without);
  ASSERT_TRUE(taken(bench.send(set[0])));
  bench.restart();
  bench.meter.set_clock_locally(bench.now + 5h, bench.now);
  bench.wait(9min);
  ASSERT_TRUE(taken(bench.send(set[1])));
  EXPECT_TRUE(taken(bench.send(Vendor{kSerial, kNow, kOtherGroup}.units(10))));
}

TEST(KeyChangeTest, ForbiddenKeyTypeIsRefused) {
  Bench bench;
  const auto set = bench.vendor.key_change({.key_type = sts::KeyType::Common});
  EXPECT_EQ(raw(bench.send(set[0])), "KeyTypeError");
}

TEST(KeyChangeTest, NewBaseDateEmptiesTheTidStoreAndLeavesTheCredit) {
  const Issue old{.base_date = sts::BaseDate::Y1993};
  // The last years of that base date are over: a TID from its range, not from now.
  Bench bench{with_keys("VM00001001", old)};
  const Vendor before{kSerial, std::chrono::sys_days{std::chrono::year{2024} / 11 / 1}, old};
  for (const TokenDigits& section : before.key_change({})) {
    ASSERT_TRUE(taken(bench.send(section)));
  }
  EXPECT_EQ(bench.meter.token_state()->keys.base_date, sts::BaseDate::Y2014);
  EXPECT_EQ(bench.meter.token_state()->newest_tid, sts::TokenIdentifier::from_minutes(0));
  EXPECT_EQ(bench.meter.balance_minor(), 5'000);
  EXPECT_TRUE(taken(bench.send(Vendor{kSerial, kNow}.units(10))));
}

TEST(KeyChangeTest, MistyMeterTakesFourTokens) {
  const Issue misty{.algorithm = sts::EncryptionAlgorithm::Misty1};
  Bench bench{with_keys("VM00001001", misty), misty};
  const Issue other{.algorithm = sts::EncryptionAlgorithm::Misty1, .key_revision = 2};
  const auto set = bench.vendor.key_change(other);
  ASSERT_EQ(set.size(), 4U);
  ASSERT_TRUE(taken(bench.send(bench.vendor.units(10))));
  for (const std::size_t i : {3U, 1U}) ASSERT_TRUE(taken(bench.send(set[i])));
  bench.restart();
  for (const std::size_t i : {0U, 2U}) ASSERT_TRUE(taken(bench.send(set[i])));
  EXPECT_EQ(bench.meter.token_state()->keys.decoder.key_revision, 2);
  EXPECT_TRUE(taken(bench.send(Vendor{kSerial, kNow + 1h, other}.units(10))));
}

// ---- the saved state ---------------------------------------------------------------------------

TEST(KeyedStateTest, SavedStateAndDeedsMakeTheSameMeterAgain) {
  Bench bench;
  const std::string saved = bench.meter.save();
  (void)bench.key_in(bench.vendor.units(10));
  (void)bench.meter.key_in("12345", bench.now);
  (void)bench.send(bench.vendor.limit(sts::Management::SetMaximumPowerLimit, 1'000));
  (void)bench.send(bench.vendor.utrn(1, 500));
  (void)bench.send(bench.vendor.utrn(1, 500));
  bench.meter.switch_load(PhaseWatts{2'000, 0, 0}, bench.now);
  bench.wait(4min);
  (void)bench.key_in(bench.vendor.key_change(kOtherGroup)[0]);
  bench.meter.switch_load(std::nullopt, bench.now);
  auto again = VirtualMeter::restore(saved);
  ASSERT_TRUE(again) << again.error();
  for (const Deed& deed : bench.meter.take_deeds()) {
    const auto reread = Deed::parse(deed.text());
    ASSERT_TRUE(reread) << reread.error();
    EXPECT_TRUE(again->redo(*reread));
  }
  bench.wait(1h);
  again->advance(bench.now);
  EXPECT_EQ(again->save(), bench.meter.save());
}

TEST(KeyedStateTest, MeterSavedBeforeThereWereKeysGoesOnByTheOpenRuleUntilItIsGivenSome) {
  std::ifstream in{std::string{METERGATE_SOURCE_DIR} +
                   "/tests/unit/meters/virtual/version_1.meter"};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  auto meter = VirtualMeter::restore(text);
  ASSERT_TRUE(meter) << meter.error();
  EXPECT_FALSE(meter->token_state());
  const auto balance = meter->balance_minor();
  EXPECT_TRUE(meter->fit_keys(test_keys::meter_keys(meter->serial())));
  EXPECT_EQ(meter->balance_minor(), balance);
  EXPECT_FALSE(meter->fit_keys(test_keys::meter_keys(meter->serial(), kOtherGroup)));
  EXPECT_EQ(meter->token_state()->keys.decoder.supply_group, test_keys::kSupplyGroup);
  auto again = VirtualMeter::restore(meter->save());
  ASSERT_TRUE(again) << again.error();
  EXPECT_TRUE(again->token_state());
}

TEST(KeyedStateTest, NoComplaintAboutASavedStateShowsAKey) {
  const Bench bench;
  const std::string saved = bench.meter.save();
  const std::size_t line = saved.find("\nmeter-keys ");
  ASSERT_NE(line, std::string::npos);
  std::string cut = saved.substr(0, saved.find("utrn-keys"));
  const auto broken = VirtualMeter::restore(cut);
  ASSERT_FALSE(broken);
  EXPECT_LT(broken.error().size(), 120U);
}

}  // namespace
}  // namespace metergate::virtual_meter
