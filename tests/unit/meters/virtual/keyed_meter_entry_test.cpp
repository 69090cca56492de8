// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meters/token_log.hpp"
#include "meters/virtual/account.hpp"
#include "meters/virtual/token_rules.hpp"
#include "tests/support/keyed_meter.hpp"

/// Displays, UTRNs and the keypad of meters with keys.
namespace metergate::virtual_meter {
namespace {

using namespace std::chrono_literals;
using operation::MeterRefusal;
using testing::ElementsAre;
using tests::Bench;
using tests::kNow;
using tests::no;
using tests::raw;
using tests::taken;
using tests::Vendor;
using tests::with_keys;

// ---- tests and displays ------------------------------------------------------------------------

TEST(KeyedMeterEntryTest, Class1TokensShowWhatTheyAskFor) {
  Bench bench;
  const auto shown = [&](sts::MeterTest test) {
    return bench
        .key_in(sts::encode_clear_token(sts::InitiateMeterTest{.control = sts::control_bit(test)})
                    .value())
        .display;
  };
  EXPECT_THAT(shown(sts::MeterTest::KeyRevisionNumber),
              ElementsAre("display-key-revision-number: 1"));
  EXPECT_THAT(shown(sts::MeterTest::SupplyGroupCode),
              ElementsAre("display-supply-group-code: 999901"));
  EXPECT_THAT(shown(sts::MeterTest::MaximumPowerLimit),
              ElementsAre("display-maximum-power-limit: none"));
  // A single-phase meter has no such display.
  EXPECT_THAT(shown(sts::MeterTest::PhasePowerUnbalanceLimit), ElementsAre("FunctionError"));
  const auto all =
      sts::InitiateMeterTest{.control = sts::all_tests(sts::ManufacturerForm::TwoDigits)};
  EXPECT_GT(bench.key_in(sts::encode_clear_token(all).value()).display.size(), 12U);
}

TEST(KeyedMeterEntryTest, TestOfAnotherMakerIsRefused) {
  Bench bench;
  const auto test = sts::InitiateMeterTest{.control = 1, .manufacturer = 7};
  const auto answer = bench.send(sts::encode_clear_token(test).value());
  EXPECT_EQ(no(answer).refusal, MeterRefusal::WrongMeter);
  EXPECT_EQ(raw(answer), "MfrCodeError");
}

// ---- UTRN --------------------------------------------------------------------------------------

TEST(KeyedMeterEntryTest, UtrnIsTakenOnceAndInAnyOrder) {
  Bench bench;
  ASSERT_TRUE(taken(bench.send(bench.vendor.utrn(3, 500))));
  ASSERT_TRUE(taken(bench.send(bench.vendor.utrn(1, 700))));
  EXPECT_EQ(bench.meter.balance_minor(), 6'200);
  bench.restart();
  const auto again = bench.send(bench.vendor.utrn(3, 500));
  EXPECT_EQ(no(again).refusal, MeterRefusal::Duplicate);
  EXPECT_EQ(raw(again), "Duplicate");
  EXPECT_EQ(bench.meter.log(LogId::Token).back().code, EventCode::TokenRefused);
}

TEST(KeyedMeterEntryTest, UtrnOfAnotherMeterOrTooFarAheadIsIncorrect) {
  Bench bench;
  const Vendor other{*SerialNumber::parse("VM00001002"), kNow};
  EXPECT_EQ(raw(bench.send(other.utrn(1, 500))), "Incorrect");
  EXPECT_EQ(no(bench.send(other.utrn(1, 500))).refusal, MeterRefusal::NotAuthentic);
  EXPECT_TRUE(taken(bench.send(bench.vendor.utrn(511, 500))));
  EXPECT_FALSE(taken(bench.send(bench.vendor.utrn(1'100, 500))));
}

TEST(KeyedMeterEntryTest, ValueLimitsOfUtrns) {
  Settings settings = with_keys();
  settings.most_top_up_minor = 5'000;
  settings.balance_minor = Account::kMaximumMinor - 100;
  Bench bench{settings};
  EXPECT_EQ(raw(bench.send(bench.vendor.utrn(1, 5'100))), "above-top-up-limit");
  EXPECT_EQ(no(bench.send(bench.vendor.utrn(1, 5'100))).refusal, MeterRefusal::AccountHigh);
  EXPECT_EQ(raw(bench.send(bench.vendor.utrn(1, 200))), "Account High");
  EXPECT_TRUE(taken(bench.send(bench.vendor.utrn(1, 100))));
}

TEST(KeyedMeterEntryTest, DuplicateUtrnAtTheKeypadIsMetWithSilence) {
  Bench bench;
  const TokenDigits code = bench.vendor.utrn(1, 500);
  ASSERT_TRUE(taken(bench.send(code)));
  const auto entries = bench.meter.log(LogId::Token).size();
  const KeyedIn again = bench.key_in(code);
  EXPECT_TRUE(again.silent);
  EXPECT_TRUE(again.display.empty());
  EXPECT_EQ(no(again.answer).refusal, MeterRefusal::Duplicate);
  EXPECT_EQ(bench.meter.log(LogId::Token).size(), entries);
  EXPECT_EQ(bench.meter.balance_minor(), 5'500);
}

// ---- the keypad --------------------------------------------------------------------------------

TEST(KeyedMeterEntryTest, J10CodeKeyedByHandStandsInTheTokenLogWithItsReference) {
  Bench bench;
  const TokenDigits token = bench.vendor.units(100);
  const KeyedIn keyed = bench.key_in(token);
  ASSERT_TRUE(taken(keyed.answer));
  EXPECT_EQ(bench.meter.balance_minor(), 5'250);
  const auto entry = token_log::keyed_code(bench.meter.log(LogId::Token).back());
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->reference, token_log::code_reference(token));
  EXPECT_FALSE(entry->refusal);
  // Sent afterwards it is a duplicate: both ways lead to one memory.
  EXPECT_EQ(raw(bench.send(token)), "UsedError");
}

TEST(KeyedMeterEntryTest, CodeKeyedByHandIsNoEvidenceOfARemoteTransaction) {
  Bench bench;
  const TokenDigits token = bench.vendor.units(100);
  ASSERT_TRUE(taken(bench.key_in(token).answer));
  EXPECT_FALSE(bench.meter.last_order());
  const auto ask = operation::ReadTransaction{token_log::code_reference(token)};
  const auto evidence = bench.meter.perform(ask, bench.now);
  EXPECT_TRUE(std::holds_alternative<operation::TransactionNotTaken>(
      std::get<operation::TransactionEvidence>(evidence.value())));
}

TEST(KeyedMeterEntryTest, WrongEntriesLockTheKeypadForAWhileButNotTheWire) {
  Bench bench;
  const Vendor other{*SerialNumber::parse("VM00001002"), kNow};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(raw(bench.key_in(other.utrn(1, 500)).answer), "Incorrect");
  const TokenDigits good = bench.vendor.units(100);
  EXPECT_EQ(raw(bench.key_in(good).answer), "LockoutError");
  EXPECT_EQ(raw(bench.key_in(bench.vendor.utrn(1, 500)).answer), "Key Locked");
  EXPECT_EQ(token_log::keyed_code(bench.meter.log(LogId::Token).back())->refusal,
            MeterRefusal::LockedOut);
  const auto test =
      sts::InitiateMeterTest{.control = sts::control_bit(sts::MeterTest::TamperStatus)};
  EXPECT_TRUE(taken(bench.key_in(sts::encode_clear_token(test).value()).answer));
}

TEST(KeyedMeterEntryTest, LockSurvivesARestartAndEndsByTimeOrByATokenOverTheWire) {
  Bench bench;
  for (int i = 0; i < 5; ++i) (void)bench.meter.key_in("123", bench.now);
  EXPECT_TRUE(bench.meter.token_state()->keypad_locked);
  bench.restart();
  EXPECT_TRUE(bench.meter.token_state()->keypad_locked);
  bench.wait(11s);
  const TokenDigits good = bench.vendor.units(100);
  EXPECT_TRUE(taken(bench.key_in(good).answer));
  for (int i = 0; i < 5; ++i) (void)bench.meter.key_in("123", bench.now);
  ASSERT_TRUE(taken(bench.send(bench.vendor.units(100))));
  EXPECT_FALSE(bench.meter.token_state()->keypad_locked);
}

TEST(KeyedMeterEntryTest, EntriesThatAreNoCodeAreIncomplete) {
  Bench bench;
  EXPECT_EQ(raw(bench.meter.key_in("1234", bench.now).answer), "Incomplete");
  EXPECT_EQ(no(bench.meter.key_in("99999999999999999999", bench.now).answer).refusal,
            MeterRefusal::Malformed);
  const auto changes = bench.meter.changes();
  EXPECT_EQ(no(bench.meter.key_in("12x4", bench.now).answer).refusal, MeterRefusal::Malformed);
  EXPECT_EQ(bench.meter.changes(), changes);
}

TEST(KeyedMeterEntryTest, KeypadIsDeadWithoutPower) {
  Bench bench;
  bench.meter.cut_power(bench.now);
  const KeyedIn keyed = bench.key_in(bench.vendor.units(100));
  EXPECT_EQ(raw(keyed.answer), "no-power");
  EXPECT_TRUE(keyed.silent);
}

}  // namespace
}  // namespace metergate::virtual_meter
