// SPDX-License-Identifier: Apache-2.0
// The shipped DLMS models of meters that are not ours, each against the virtual meter behind that
// model's objects.
#include <gmock/gmock.h>

#include "gateway/drivers/dlms_driver.hpp"
#include "tests/support/answer_of.hpp"
#include "tests/support/dlms_bench.hpp"
#include "tests/support/dlms_model.hpp"

namespace metergate::sim {
namespace {

using operation::MeterRefusal;
using virtual_meter::VirtualMeter;

constexpr UtcSeconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} +
                          std::chrono::hours{10}};

virtual_meter::Settings settings(const model::MeterModel& meter_model) {
  virtual_meter::Settings out{*SerialNumber::parse("VM00001001")};
  out.history = std::chrono::days{10};
  out.supply = SupplyState::On;
  out.capture_period = meter_model.capture_period;
  return out;
}

struct Case {
  const char* model;
  DlmsSecurity security;
  dlms::Carrier carrier;
};

class DlmsModels : public testing::TestWithParam<Case> {
 protected:
  template <typename Answer>
  Answer ask(const operation::Operation& operation) {
    return test::answer_of<Answer>(bench_.run(driver_, operation));
  }
  template <typename Answer>
  Answer truth(const operation::Operation& operation) {
    return std::get<Answer>(meter_.perform(operation, kNow).value());
  }
  [[nodiscard]] bool can(Capability capability) const {
    return model_.capabilities.has(capability);
  }
  [[nodiscard]] BenchOptions options() const {
    return {.security = GetParam().security, .carrier = GetParam().carrier, .meter_model = &model_};
  }

  const model::MeterModel model_ = dlms_model(GetParam().model);
  VirtualMeter meter_{settings(model_), kNow};
  DlmsDriver driver_{model_};
  DlmsBench bench_{meter_, kNow, options()};
};

TEST_P(DlmsModels, TheMeterIsWhoItIsAndHasTheTime) {
  const auto identity = bench_.run(driver_, operation::Identify{});
  ASSERT_TRUE(identity) << identity.error().what;
  EXPECT_EQ(std::get<operation::Identity>(*identity).serial.text(), "VM00001001");
  EXPECT_EQ(ask<operation::ClockReading>(operation::ReadClock{}).meter_time, meter_.meter_time());
}

TEST_P(DlmsModels, RegistersAreThoseTheMeterHas) {
  const auto reading = ask<RegisterReading>(operation::ReadRegisters{});
  EXPECT_GE(reading.values.size(), 3U);
  for (const RegisterValue& value : reading.values) {
    const auto named =
        std::ranges::find(model_.dlms.registers, value.obis, &model::DlmsRegister::obis);
    ASSERT_NE(named, model_.dlms.registers.end());
    if (named->class_id != 3 && named->name != "balance") continue;
    const auto real = truth<RegisterReading>(operation::ReadRegisters{{value.obis}});
    EXPECT_EQ(value.value.text(), real.values.front().value.text()) << named->name;
  }
}

TEST_P(DlmsModels, TheLoadProfileHasTheModelsChannels) {
  const operation::ReadProfile hours{kNow - std::chrono::hours{6}, kNow};
  const auto page = ask<operation::ProfilePage>(hours);
  const auto real = truth<operation::ProfilePage>(hours);
  ASSERT_EQ(page.intervals.size(), real.intervals.size());
  const bool stands = model_.profile_channels.front().obis == cosem::obis(1, 0, 1, 8, 0);
  for (std::size_t i = 0; i < page.intervals.size(); ++i) {
    EXPECT_EQ(page.intervals[i].start, real.intervals[i].start);
    ASSERT_EQ(page.intervals[i].values.size(), model_.profile_channels.size());
    const std::int64_t used = real.intervals[i].values.front().value;
    const std::int64_t told = page.intervals[i].values.front().value;
    if (!stands) {
      EXPECT_EQ(told, used);
    } else if (i > 0) {
      EXPECT_EQ(told - page.intervals[i - 1].values.front().value, used);
    }
  }
}

TEST_P(DlmsModels, DailyValuesAreTheMeters) {
  const auto today = std::chrono::floor<std::chrono::days>(kNow);
  const operation::ReadDaily days{today - std::chrono::days{5}, today + std::chrono::days{1}};
  const auto page = ask<operation::DailyPage>(days);
  const auto real = truth<operation::DailyPage>(days);
  ASSERT_EQ(page.snapshots.size(), real.snapshots.size());
  for (std::size_t i = 0; i < page.snapshots.size(); ++i) {
    EXPECT_EQ(page.snapshots[i].values.front().value, real.snapshots[i].values.front().value);
  }
}

TEST_P(DlmsModels, AnEventIsReadOnceUnderANumberOfItsTime) {
  const LogId log = model_.dlms.logs.contains(LogId::Supply) ? LogId::Supply : LogId::Hardware;
  const auto before = ask<operation::LogPage>(operation::ReadLog{log, 0});
  EXPECT_TRUE(before.complete);
  const std::uint32_t last = before.entries.empty() ? 0 : before.entries.back().sequence;
  EXPECT_TRUE(ask<operation::LogPage>(operation::ReadLog{log, last}).entries.empty());

  const auto order = ask<operation::OrderAnswer>(operation::OperateRelay{SupplyState::Off, 1});
  EXPECT_TRUE(std::holds_alternative<operation::OrderTaken>(order));
  const auto other = ask<operation::OrderAnswer>(operation::OperateRelay{SupplyState::Armed, 2});
  EXPECT_TRUE(std::holds_alternative<operation::OrderTaken>(other));
  const auto after = ask<operation::LogPage>(operation::ReadLog{log, last});
  ASSERT_FALSE(after.entries.empty());
  for (const LogEntry& entry : after.entries) {
    EXPECT_GT(entry.sequence, last);
    EXPECT_NE(entry.code, EventCode::Unknown) << entry.raw_code;
    EXPECT_EQ(model_.event_codes.at(entry.raw_code), entry.code);
  }
  EXPECT_TRUE(std::ranges::any_of(
      after.entries, [](const LogEntry& entry) { return entry.code == EventCode::SupplyArmed; }));
  // All of it at once has the same numbers.
  auto all = before.entries;
  all.insert(all.end(), after.entries.begin(), after.entries.end());
  EXPECT_EQ(ask<operation::LogPage>(operation::ReadLog{log, 0}).entries, all);
}

TEST_P(DlmsModels, TheRelayIsMovedTheWayTheModelHasIt) {
  for (const SupplyState state : {SupplyState::Off, SupplyState::Armed}) {
    ask<operation::OrderAnswer>(operation::OperateRelay{state, 1});
    EXPECT_EQ(ask<RelayReading>(operation::ReadRelay{}).state, state);
    EXPECT_EQ(meter_.relay().state, state);
  }
}

TEST_P(DlmsModels, ACodeIsEnteredInTheModelsFormAndInNoOther) {
  const Token test = Token::parse("00000000000150997584").value();
  if (!can(Capability::Tokens)) {
    const auto none = bench_.run(driver_, operation::WriteToken{test, 1});
    ASSERT_FALSE(none) << "a credit meter";
    EXPECT_EQ(none.error().reason, OperationFault::Reason::Unsupported);
    return;
  }
  const auto taken = ask<operation::OrderAnswer>(operation::WriteToken{test, 1});
  ASSERT_TRUE(meter_.last_order());
  EXPECT_EQ(taken.index(), meter_.last_order()->answer.index());

  model::MeterModel other = model_;
  other.dlms.token_encoding = model::TokenEncoding::Visible;
  const DlmsDriver wrong{other};
  const auto refused = bench_.run(wrong, operation::WriteToken{test, 2});
  ASSERT_TRUE(refused);
  const auto& answer = std::get<operation::OrderAnswer>(*refused);
  ASSERT_TRUE(std::holds_alternative<operation::OrderRefused>(answer));
  EXPECT_EQ(std::get<operation::OrderRefused>(answer).refusal, MeterRefusal::OutOfRange);
  EXPECT_EQ(meter_.orders().size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Shipped, DlmsModels,
    testing::Values(Case{"idis-credit-dlms", DlmsSecurity::Gmac, dlms::Carrier::Hdlc},
                    Case{"sts-prepayment-dlms", DlmsSecurity::Gmac, dlms::Carrier::Wrapper},
                    Case{"gbcs-prepayment-dlms", DlmsSecurity::None, dlms::Carrier::Wrapper}),
    [](const auto& one) {
      std::string name = one.param.model;
      std::ranges::replace(name, '-', '_');
      return name;
    });

class GbcsTenancy : public testing::Test {
 protected:
  operation::OrderAnswer ask(const operation::ChangeTenancy& change) {
    auto result = bench_.run(driver_, change);
    EXPECT_TRUE(result);
    return std::get<operation::OrderAnswer>(result.value());
  }
  static operation::ChangeTenancy change(std::initializer_list<ChangeAction> actions) {
    operation::ChangeTenancy out;
    for (const ChangeAction action : actions) out.actions.add(action);
    out.relay = RelayAfter::Unchanged;
    return out;
  }

  const model::MeterModel model_ = dlms_model("gbcs-prepayment-dlms");
  VirtualMeter meter_{settings(model_), kNow};
  DlmsDriver driver_{model_};
  DlmsBench bench_{meter_, kNow, {.meter_model = &model_}};
};

TEST_F(GbcsTenancy, TheDateHidesWhatWasBefore) {
  const auto answer = ask(change({ChangeAction::PurgeProfile, ChangeAction::PurgeSnapshots}));
  EXPECT_TRUE(std::holds_alternative<operation::OrderTaken>(answer));
  ASSERT_EQ(meter_.changes_fired().size(), 1U);
  EXPECT_EQ(meter_.changes_fired().front().effective, kNow);
  EXPECT_TRUE(meter_.intervals({}, kNow).empty());
}

TEST_F(GbcsTenancy, AtOnceIsTheMetersOwnNow) {
  meter_.set_clock_locally(kNow - std::chrono::minutes{10}, kNow);
  ask(change({ChangeAction::PurgeProfile}));
  ASSERT_EQ(meter_.changes_fired().size(), 1U) << "not in ten minutes";
}

TEST_F(GbcsTenancy, WhatADateCannotDoIsRefusedBeforeAnythingIsSent) {
  auto with_relay = change({ChangeAction::PurgeProfile});
  with_relay.relay = RelayAfter::Off;
  auto taken_back = change({ChangeAction::PurgeProfile});
  taken_back.effective = operation::kNever;
  for (const auto& asked :
       {change({ChangeAction::PurgeProfile, ChangeAction::ResetBalance}), with_relay, taken_back}) {
    const auto answer = ask(asked);
    const auto* refused = std::get_if<operation::OrderRefused>(&answer);
    ASSERT_NE(refused, nullptr);
    EXPECT_EQ(refused->refusal, MeterRefusal::NotSupported);
    EXPECT_THAT(refused->raw, testing::StartsWith("the meter takes a date alone"));
  }
  EXPECT_TRUE(meter_.changes_fired().empty());
}

}  // namespace
}  // namespace metergate::sim
