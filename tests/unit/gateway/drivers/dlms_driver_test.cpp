// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/dlms_driver.hpp"

#include <gtest/gtest.h>

#include "meters/virtual/token_rules.hpp"
#include "tests/support/answer_of.hpp"
#include "tests/support/dlms_bench.hpp"
#include "tests/support/dlms_model.hpp"

namespace metergate::sim {
namespace {

using dlms::Carrier;
using dlms::Ciphering;
using virtual_meter::VirtualMeter;

constexpr UtcSeconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} +
                          std::chrono::hours{10}};

virtual_meter::Settings settings() {
  virtual_meter::Settings out{*SerialNumber::parse("VM00001001")};
  out.history = std::chrono::days{10};
  out.supply = SupplyState::On;
  return out;
}

struct Way {
  const char* name;
  BenchOptions options;
};

const Way kWays[]{
    {"wrapper, no security", {}},
    {"wrapper, password", {DlmsSecurity::LowLevel}},
    {"wrapper, GMAC, ciphered", {DlmsSecurity::Gmac}},
    {"wrapper, ECDSA P-256, suite 1", {DlmsSecurity::EcdsaP256}},
    {"wrapper, dedicated key", {DlmsSecurity::Gmac, Carrier::Wrapper, Ciphering::Dedicated}},
    {"HDLC, no security", {DlmsSecurity::None, Carrier::Hdlc}},
    {"HDLC, window 3, 62 octets",
     {DlmsSecurity::LowLevel, Carrier::Hdlc, Ciphering::Global, {62, 62, 3, 3}}},
    {"HDLC, GMAC, ciphered, small PDU",
     {DlmsSecurity::Gmac, Carrier::Hdlc, Ciphering::Global, {}, 160}},
    {"wrapper, GMAC, general blocks, small PDU",
     {.security = DlmsSecurity::Gmac, .meter_pdu = 100, .block_window = 6}},
    {"HDLC, general blocks, small PDU",
     {.carrier = Carrier::Hdlc, .meter_pdu = 64, .block_window = 1}},
};

class DlmsDriverTest : public testing::TestWithParam<Way> {
 protected:
  template <typename Answer>
  Answer ask(const operation::Operation& operation) {
    return test::answer_of<Answer>(bench_.run(driver_, operation));
  }
  template <typename Answer>
  Answer truth(const operation::Operation& operation) {
    return std::get<Answer>(meter_.perform(operation, kNow).value());
  }

  const model::MeterModel model_ = dlms_model();
  VirtualMeter meter_{settings(), kNow};
  DlmsDriver driver_{model_};
  DlmsBench bench_{meter_, kNow, GetParam().options};
};

TEST_P(DlmsDriverTest, TheMeterSaysWhoItIsAndWhatTimeItHas) {
  const auto result = bench_.run(driver_, operation::Identify{});
  ASSERT_TRUE(result) << result.error().what;
  const auto& identity = std::get<operation::Identity>(*result);
  EXPECT_EQ(identity.serial.text(), "VM00001001");
  EXPECT_EQ(identity.firmware, "1.0.0");
  const auto clock = ask<operation::ClockReading>(operation::ReadClock{});
  EXPECT_EQ(clock.meter_time, meter_.meter_time());
  EXPECT_TRUE(clock.meter_trusts_it);
}

TEST_P(DlmsDriverTest, RegistersComeWithTheMetersScalers) {
  const auto reading = ask<RegisterReading>(operation::ReadRegisters{});
  const auto real = truth<RegisterReading>(operation::ReadRegisters{});
  ASSERT_EQ(reading.values.size(), model_.dlms.registers.size());
  for (const RegisterValue& value : reading.values) {
    if (value.obis == cosem::kAccount) {
      EXPECT_EQ(value.value.text(), "2") << "prepayment";
      continue;
    }
    const auto same = std::ranges::find(real.values, value.obis, &RegisterValue::obis);
    ASSERT_NE(same, real.values.end()) << value.obis.text();
    EXPECT_EQ(value.value.text(), same->value.text()) << value.obis.text();
    EXPECT_EQ(value.unit, same->unit) << value.obis.text();
  }
}

TEST_P(DlmsDriverTest, TheLoadProfileIsReadByRangeAndIsWhatTheMeterHas) {
  const operation::ReadProfile day{kNow - std::chrono::hours{24}, kNow};
  const auto page = ask<operation::ProfilePage>(day);
  const auto real = truth<operation::ProfilePage>(day);
  EXPECT_EQ(page.intervals, real.intervals);
  EXPECT_EQ(page.intervals.size(), 48U);
  EXPECT_EQ(page.covered_to, kNow);
}

TEST_P(DlmsDriverTest, YearsBeforeTheMeterBeganAreOnePage) {
  const UtcSeconds first =
      truth<operation::ProfilePage>(operation::ReadProfile{kNow - std::chrono::days{40}, kNow})
          .intervals.front()
          .start;
  const auto page =
      ask<operation::ProfilePage>(operation::ReadProfile{kNow - std::chrono::days{1'200}, kNow});
  EXPECT_TRUE(page.intervals.empty());
  EXPECT_EQ(page.covered_to, first) << "from there on there is something to read";
  EXPECT_EQ(ask<operation::ProfilePage>(operation::ReadProfile{page.covered_to, kNow})
                .intervals.front()
                .start,
            first);
}

TEST_P(DlmsDriverTest, WhatAProfileIsIsAskedOnceForAllItsPages) {
  const operation::ReadProfile hour{kNow - std::chrono::hours{1}, kNow};
  static_cast<void>(ask<operation::ProfilePage>(hour));
  const std::size_t before = bench_.octets_carried();
  const auto again = ask<operation::ProfilePage>(hour);
  const std::size_t known = bench_.octets_carried() - before;
  bench_.let_pass(std::chrono::minutes{2});
  const std::size_t later = bench_.octets_carried();
  EXPECT_EQ(ask<operation::ProfilePage>(hour).intervals, again.intervals);
  EXPECT_GT(bench_.octets_carried() - later, 2 * known) << "after a while it may be another";
}

TEST_P(DlmsDriverTest, DailyValuesAreWhatTheMeterHas) {
  const auto today = std::chrono::floor<std::chrono::days>(kNow);
  const operation::ReadDaily days{today - std::chrono::days{5}, today + std::chrono::days{1}};
  EXPECT_EQ(ask<operation::DailyPage>(days).snapshots, truth<operation::DailyPage>(days).snapshots);
}

TEST_P(DlmsDriverTest, LogsAreReadFromWhereTheyStandToTheirEnd) {
  for (const LogId log : kAllLogs) {
    std::vector<LogEntry> entries;
    operation::LogPage page;
    std::uint32_t after = 0;
    do {
      page = ask<operation::LogPage>(operation::ReadLog{log, after});
      entries.insert(entries.end(), page.entries.begin(), page.entries.end());
      if (!entries.empty()) after = entries.back().sequence;
    } while (!page.complete && !HasFailure());
    EXPECT_EQ(entries, meter_.log(log)) << log_word(log);
  }
}

TEST_P(DlmsDriverTest, TheRelayIsOrderedAndTheOrderIsFoundAgain) {
  EXPECT_EQ(ask<RelayReading>(operation::ReadRelay{}).state, SupplyState::On);
  auto answer = ask<operation::OrderAnswer>(operation::OperateRelay{SupplyState::Off, 7});
  EXPECT_TRUE(std::holds_alternative<operation::OrderTaken>(answer));
  const auto off = ask<RelayReading>(operation::ReadRelay{});
  EXPECT_EQ(off.state, SupplyState::Off);
  EXPECT_TRUE(off.causes.has(SupplyCauses::kRemote));
  EXPECT_EQ(off.last_transaction_id, 7U);
  // This meter only arms from remote: nobody is told that the supply is on.
  answer = ask<operation::OrderAnswer>(operation::OperateRelay{SupplyState::On, 8});
  ASSERT_TRUE(std::holds_alternative<operation::OrderRefused>(answer));
  EXPECT_EQ(meter_.relay().state, SupplyState::Off);
  answer = ask<operation::OrderAnswer>(operation::OperateRelay{SupplyState::Armed, 9});
  EXPECT_TRUE(std::holds_alternative<operation::OrderTaken>(answer));
  EXPECT_EQ(meter_.relay().state, SupplyState::Armed);

  const auto found = ask<operation::TransactionEvidence>(operation::ReadTransaction{9});
  EXPECT_TRUE(std::holds_alternative<operation::OrderTaken>(found));
  const auto never = ask<operation::TransactionEvidence>(operation::ReadTransaction{10});
  EXPECT_TRUE(std::holds_alternative<operation::TransactionNotTaken>(never));
  const auto older = ask<operation::TransactionEvidence>(operation::ReadTransaction{7});
  EXPECT_TRUE(std::holds_alternative<operation::TransactionUnknown>(older));
}

TEST_P(DlmsDriverTest, ATokenEndsWithTheMetersVerdict) {
  // A meter test of STS class 1 needs no key.
  const Token test = Token::parse("00000000000150997584").value();
  const auto taken = ask<operation::OrderAnswer>(operation::WriteToken{test, 21});
  const auto& last = meter_.last_order();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->transaction, 21U);
  EXPECT_EQ(taken.index(), last->answer.index());
  // The same number once more is the same order: its verdict, and no second token.
  const auto again = ask<operation::OrderAnswer>(operation::WriteToken{test, 21});
  EXPECT_EQ(again.index(), taken.index());
  EXPECT_EQ(meter_.orders().size(), 1U);
  // A number below: the meter says so before anything leaves.
  const auto older = ask<operation::OrderAnswer>(operation::WriteToken{test, 20});
  EXPECT_EQ(std::get<operation::OrderRefused>(older).refusal,
            operation::MeterRefusal::StaleTransaction);
  EXPECT_EQ(meter_.orders().size(), 1U);
}

TEST_P(DlmsDriverTest, AnOrderBehindAnotherMastersIsRefusedBeforeItLeaves) {
  static_cast<void>(meter_.perform(operation::OperateRelay{SupplyState::Off, 40}, kNow));
  const auto answer = ask<operation::OrderAnswer>(operation::OperateRelay{SupplyState::Armed, 7});
  const auto* refused = std::get_if<operation::OrderRefused>(&answer);
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->refusal, operation::MeterRefusal::StaleTransaction);
  EXPECT_EQ(meter_.relay().state, SupplyState::Off);
}

TEST_P(DlmsDriverTest, ATariffIsSetAndReadBack) {
  const Tariff tariff{5, {3, "Northern Light"}, 31};
  const auto taken = ask<operation::OrderAnswer>(operation::SetTariff{tariff, {}, 30});
  EXPECT_TRUE(std::holds_alternative<operation::OrderTaken>(taken));
  EXPECT_EQ(ask<TariffReading>(operation::ReadTariff{}).active, tariff);
}

TEST_P(DlmsDriverTest, AnAssociationIsClosedAndOpenedAgain) {
  ask<operation::ClockReading>(operation::ReadClock{});
  EXPECT_EQ(bench_.server().state(), DlmsAssociationState::Associated);
  bench_.close();
  EXPECT_EQ(bench_.session().state(), dlms::SessionState::Down);
  EXPECT_EQ(bench_.server().state(), DlmsAssociationState::Idle);
  ask<operation::ClockReading>(operation::ReadClock{});
}

TEST_P(DlmsDriverTest, ASilentMeterEndsTheRequestAndNoOrderIsSaidToHaveLeftThatDidNot) {
  bench_.meter_is_silent = true;
  const auto result = bench_.run(driver_, operation::OperateRelay{SupplyState::Off, 3});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, OperationFault::Reason::Link);
  EXPECT_FALSE(result.error().order_may_have_arrived);
  bench_.meter_is_silent = false;
  ask<operation::ClockReading>(operation::ReadClock{});
}

INSTANTIATE_TEST_SUITE_P(Ways, DlmsDriverTest, testing::ValuesIn(kWays), [](const auto& way) {
  std::string name;
  for (const char letter : std::string{way.param.name}) {
    name += std::isalnum(letter) != 0 ? letter : '_';
  }
  return name;
});

class DlmsSecurityTest : public testing::Test {
 protected:
  OperationResult clock(DlmsBench& bench) { return bench.run(driver_, operation::ReadClock{}); }
  const model::MeterModel model_ = dlms_model();
  VirtualMeter meter_{settings(), kNow};
  DlmsDriver driver_{model_};
};

TEST_F(DlmsSecurityTest, AWrongPasswordOrKeyIsRefusedAndSaidToBe) {
  DlmsBench password{meter_, kNow, {DlmsSecurity::LowLevel}};
  password.settings().association.secret = crypto::SecretOctets{Octets{'n', 'o'}};
  password.restart();
  const auto refused = clock(password);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("authentication-failure"), std::string::npos)
      << refused.error().what;

  DlmsBench key{meter_, kNow, {DlmsSecurity::Gmac}};
  key.settings().association.security->keys.unicast = crypto::SecretOctets{Octets(16, 1)};
  key.restart();
  EXPECT_FALSE(clock(key));
}

TEST_F(DlmsSecurityTest, CountersAreReservedBeforeTheyAreUsedAndNeverUsedTwice) {
  DlmsBench bench{meter_, kNow, {DlmsSecurity::Gmac}};
  ASSERT_TRUE(clock(bench));
  EXPECT_EQ(bench.reserved(), 100U);
  const auto used = bench.session().association().channel()->sending().next();
  EXPECT_GT(used, 0U);
  // After a restart counting goes on behind what was reserved.
  bench.settings().association.security->sending = dlms::SendCounter{bench.reserved()};
  bench.restart();
  ASSERT_TRUE(clock(bench));
  EXPECT_EQ(bench.reserved(), 200U);
}

TEST_F(DlmsSecurityTest, AForgottenCounterIsReadByThePublicClientAndTakenUp) {
  DlmsBench bench{meter_, kNow, {DlmsSecurity::Gmac}};
  ASSERT_TRUE(clock(bench));
  // As from a backup: counting begins anew, below what the meter has seen.
  bench.close();
  bench.restart();
  const auto again = clock(bench);
  EXPECT_TRUE(again) << again.error().what;
}

TEST_F(DlmsSecurityTest, AForgottenCounterIsReadByThePublicClientOverHdlcToo) {
  DlmsBench bench{meter_, kNow, {DlmsSecurity::Gmac, Carrier::Hdlc}};
  ASSERT_TRUE(clock(bench));
  bench.close();
  bench.restart();
  const auto again = clock(bench);
  EXPECT_TRUE(again) << again.error().what;
  EXPECT_TRUE(clock(bench));
}

}  // namespace
}  // namespace metergate::sim
