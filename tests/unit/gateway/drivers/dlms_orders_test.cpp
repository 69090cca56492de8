// SPDX-License-Identifier: Apache-2.0
// Orders to meters that keep no outcome, and outcomes that are no verdict of this order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/drivers/dlms_driver.hpp"
#include "tests/support/answer_of.hpp"
#include "tests/support/dlms_model.hpp"
#include "tests/support/scripted_dlms_meter.hpp"

namespace metergate {
namespace {

using namespace std::chrono_literals;
using cosem::obis;
using dlms::AccessResult;
using dlms::Data;
using operation::MeterRefusal;
using operation::OrderAnswer;
using Reason = OperationFault::Reason;

constexpr UtcSeconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 10h};
constexpr cosem::ObisCode kOutcome = obis(0, 0, 128, 0, 1);

bool is_taken(const OrderAnswer& answer) {
  return std::holds_alternative<operation::OrderTaken>(answer);
}
operation::OrderRefused refused(const OrderAnswer& answer) {
  const auto* no = std::get_if<operation::OrderRefused>(&answer);
  EXPECT_NE(no, nullptr);
  return no != nullptr ? *no : operation::OrderRefused{};
}

class DlmsOrders : public testing::Test {
 protected:
  OrderAnswer give(const operation::Operation& order) {
    const DlmsDriver driver{model_};
    return test::answer_of<OrderAnswer>(meter_.run(driver, order));
  }
  OperationFault fault(const operation::Operation& order) {
    const DlmsDriver driver{model_};
    const auto result = meter_.run(driver, order);
    EXPECT_FALSE(result);
    return result ? OperationFault{} : result.error();
  }
  void state(std::int8_t attribute, std::uint8_t value) {
    meter_.attributes[{cosem::kDisconnectControl, attribute}] = Data{dlms::Enum{value}};
  }
  void outcome(Data value) { meter_.attributes[{kOutcome, 2}] = std::move(value); }

  model::MeterModel model_ = sim::dlms_model();
  test::ScriptedDlmsMeter meter_;
};

// ---- the last order, where the meter keeps one --------------------------------------------------

const operation::OperateRelay kOff{SupplyState::Off, 7};

TEST_F(DlmsOrders, AnOutcomeOfAnotherOrderProvesNothingAboutOurs) {
  outcome(dlms::Structure{{std::uint32_t{6}, std::uint8_t{0}, dlms::NullData{}}});
  const OperationFault told = fault(kOff);
  EXPECT_EQ(told.reason, Reason::Meaningless);
  EXPECT_EQ(told.what, "the meter's last order is no. 6, not ours, no. 7");
  EXPECT_TRUE(told.order_may_have_arrived);
}

TEST_F(DlmsOrders, AnOrderTheMeterWouldNotHaveHasNoOutcome) {
  outcome(dlms::Structure{{std::uint32_t{6}, std::uint8_t{0}, dlms::NullData{}}});
  meter_.action_result = AccessResult::TypeUnmatched;
  const auto no = refused(give(kOff));
  EXPECT_EQ(no.refusal, MeterRefusal::OutOfRange);
  EXPECT_EQ(no.raw, "type-unmatched");
}

TEST_F(DlmsOrders, AnOutcomeThatIsNoneLeavesTheOrderOpen) {
  for (const Data& senseless : {Data{std::uint8_t{1}}, Data{dlms::Structure{{std::uint8_t{1}}}}}) {
    outcome(senseless);
    const OperationFault told = fault(kOff);
    EXPECT_EQ(told.what, "the outcome object holds no outcome");
    EXPECT_TRUE(told.order_may_have_arrived);
  }
}

TEST_F(DlmsOrders, ANumberThatIsRefusedForAnotherReasonThanItsValueEndsTheOrderUnsent) {
  meter_.set_result = AccessResult::ReadWriteDenied;
  const OperationFault told = fault(kOff);
  EXPECT_EQ(told.reason, Reason::Refused);
  EXPECT_FALSE(told.order_may_have_arrived);
  EXPECT_TRUE(meter_.requests<dlms::ActionRequest>().empty());
}

// ---- meters that keep none ----------------------------------------------------------------------

class DlmsOrdersWithoutOutcome : public DlmsOrders {
 protected:
  DlmsOrdersWithoutOutcome() {
    model_.dlms.transaction.reset();
    model_.dlms.outcome.reset();
  }
};

TEST_F(DlmsOrdersWithoutOutcome, TheClockIsSetInUtc) {
  EXPECT_TRUE(is_taken(give(operation::SetClock{kNow, 1})));
  const auto written = meter_.requests<dlms::SetRequest>();
  ASSERT_EQ(written.size(), 1U);
  EXPECT_EQ(written[0].attribute.logical_name, cosem::kClock);
  EXPECT_EQ(written[0].value, dlms::octet_string(dlms::utc_date_time(kNow)));
  meter_.set_result = AccessResult::ReadWriteDenied;
  EXPECT_EQ(refused(give(operation::SetClock{kNow, 2})).refusal, MeterRefusal::NotPermitted);
}

// Disconnect control, Blue Book 4.5.8.
TEST_F(DlmsOrdersWithoutOutcome, ARelayIsGivenItsTimeToMove) {
  state(cosem::disconnect_control::kControlState, 1);
  int pauses = 0;
  meter_.on_pause = [&] {
    if (++pauses == 3) state(cosem::disconnect_control::kControlState, 0);
  };
  EXPECT_TRUE(is_taken(give(kOff)));
  EXPECT_EQ(pauses, 3);
  EXPECT_EQ(meter_.requests<dlms::ActionRequest>().size(), 1U) << "asked often, ordered once";
}

TEST_F(DlmsOrdersWithoutOutcome, ARelayThatDoesNotMoveHasNotDoneIt) {
  state(cosem::disconnect_control::kControlState, 1);
  const auto no = refused(give(kOff));
  EXPECT_EQ(no.refusal, MeterRefusal::NotPermitted);
  EXPECT_EQ(no.raw, "control_state 1");
  EXPECT_EQ(meter_.requests<dlms::ActionRequest>().size(), 1U);
}

TEST_F(DlmsOrdersWithoutOutcome, ARelayThatTellsNoStateLeavesTheOrderOpen) {
  const OperationFault told = fault(kOff);
  EXPECT_EQ(told.what, "disconnect control tells neither mode nor state");
  EXPECT_TRUE(told.order_may_have_arrived);
}

// remote_reconnect closes in modes 2 and 4, and arms in 1, 3, 5 and 6 (Blue Book, 4.5.8).
TEST_F(DlmsOrdersWithoutOutcome, WhatAReconnectWouldDoIsKnownBeforeItIsSent) {
  for (std::uint8_t mode = 0; mode <= 7; ++mode) {
    for (const auto order : {SupplyState::Armed, SupplyState::On}) {
      meter_.asked.clear();
      state(cosem::disconnect_control::kControlMode, mode);
      state(cosem::disconnect_control::kControlState, order == SupplyState::On ? 1 : 2);
      const bool arms = mode == 1 || mode == 3 || mode == 5 || mode == 6;
      const bool does = mode != 0 && arms == (order == SupplyState::Armed);
      const OrderAnswer answer = give(operation::OperateRelay{order, 1});
      EXPECT_EQ(is_taken(answer), does) << int{mode};
      EXPECT_EQ(meter_.requests<dlms::ActionRequest>().size(), does ? 1U : 0U);
      if (does) continue;
      EXPECT_EQ(refused(answer).raw, "control_mode " + std::to_string(mode));
    }
  }
}

TEST_F(DlmsOrdersWithoutOutcome, AScriptThatTheMeterLacksIsNotRun) {
  model_.dlms.relay_scripts = model::DlmsRelayScripts{obis(0, 0, 10, 0, 106), 1, 2, 0};
  EXPECT_EQ(refused(give(operation::OperateRelay{SupplyState::On, 1})).raw, "no script for that");
  EXPECT_TRUE(meter_.asked.empty());
}

// ---- tokens: the gateway's status, once its time has changed (Blue Book, 4.6.5) -----------------

class DlmsTokens : public DlmsOrdersWithoutOutcome {
 protected:
  DlmsTokens() { gateway(kNow, 0); }
  void gateway(UtcSeconds time, std::uint8_t status) {
    meter_.attributes[{cosem::kTokenGateway, cosem::token_gateway::kTime}] =
        dlms::octet_string(dlms::utc_date_time(time));
    meter_.attributes[{cosem::kTokenGateway, cosem::token_gateway::kStatus}] =
        Data{dlms::Structure{{dlms::Enum{status}, dlms::BitString{8, {0}}}}};
  }
  static operation::WriteToken token() { return {Token::parse("00000000000150997584").value(), 1}; }
};

TEST_F(DlmsTokens, EachStatusOfTheTokenGatewayIsAVerdict) {
  struct Case {
    std::uint8_t status;
    std::optional<MeterRefusal> refusal;
    const char* raw;
  };
  for (const Case& one : {Case{3, {}, ""}, Case{4, MeterRefusal::Malformed, "format failure"},
                          Case{5, MeterRefusal::NotAuthentic, "authentication failure"},
                          Case{6, MeterRefusal::Duplicate, "validation failure"},
                          Case{7, MeterRefusal::NotPermitted, "execution failure"}}) {
    gateway(kNow, 3);
    meter_.asked.clear();
    // The old token's status stands there until the new one was looked at.
    meter_.on_pause = [&] { gateway(kNow + 5s, one.status); };
    const OrderAnswer answer = give(token());
    EXPECT_EQ(is_taken(answer), !one.refusal) << int{one.status};
    EXPECT_EQ(meter_.requests<dlms::ActionRequest>().size(), 1U);
    if (!one.refusal) continue;
    EXPECT_EQ(refused(answer).refusal, *one.refusal);
    EXPECT_EQ(refused(answer).raw, one.raw);
  }
}

TEST_F(DlmsTokens, AStatusThatStaysWhatItWasIsNoVerdict) {
  gateway(kNow, 3);
  const OperationFault told = fault(token());
  EXPECT_EQ(told.reason, Reason::Meaningless);
  EXPECT_EQ(told.what, "the token gateway does not say what became of the token");
  EXPECT_TRUE(told.order_may_have_arrived);
}

TEST_F(DlmsTokens, ATokenThatIsStillBeingLookedAtIsNoVerdictEither) {
  meter_.on_pause = [&] { gateway(kNow + 5s, 2); };
  EXPECT_TRUE(fault(token()).order_may_have_arrived);
}

}  // namespace
}  // namespace metergate
