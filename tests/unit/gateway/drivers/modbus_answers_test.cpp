// SPDX-License-Identifier: Apache-2.0
// What every operation over Modbus makes of exceptions, of nonsense and of a meter that is busy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/drivers/modbus_driver.hpp"
#include "tests/support/answer_of.hpp"
#include "tests/support/register_meter.hpp"
#include "tests/support/sim_model.hpp"

namespace metergate {
namespace {

using namespace std::chrono_literals;
using modbus::ExceptionCode;
using operation::MeterRefusal;
using operation::OrderAnswer;
using testing::HasSubstr;
using testing::StartsWith;
using Reason = OperationFault::Reason;

class ModbusAnswers : public testing::Test {
 protected:
  OperationFault fault(const operation::Operation& operation) {
    const auto result = meter_.run(driver_, operation);
    EXPECT_FALSE(result);
    return result ? OperationFault{} : result.error();
  }
  void excepts(ExceptionCode code, int times = 1'000'000) {
    meter_.instead = [code, times](const auto& request) mutable -> std::optional<WireResult> {
      if (times-- <= 0) return std::nullopt;
      return test::RegisterMeter::exception(request, code);
    };
  }
  /// The last remote order, as the meter keeps it.
  void last_order(std::uint16_t transaction, std::uint16_t result) {
    meter_.put(sim::kTransactionAt, modbus::Registers{0, transaction, 2, result, 0, 0});
  }
  template <typename Request>
  [[nodiscard]] auto asked() const {
    return std::ranges::count_if(
        meter_.asked, [](const auto& one) { return std::holds_alternative<Request>(one); });
  }

  model::MeterModel model_ = sim::sim_model();
  ModbusDriver driver_{model_, 0};
  test::RegisterMeter meter_;
};

TEST_F(ModbusAnswers, OctetsThatAnswerNothingAreToldWithTheirPlace) {
  meter_.instead = [](const auto&) { return WireAnswer{Octets{0x03, 0x02, 0x00}, {}}; };
  const OperationFault told = fault(operation::ReadClock{});
  EXPECT_EQ(told.reason, Reason::Meaningless);
  EXPECT_THAT(told.what, StartsWith("the answer is no answer to the request: "));
  EXPECT_THAT(told.what, HasSubstr(" at octet "));
}

// Exception codes of the Modbus Application Protocol Specification V1.1b3, 7.
TEST_F(ModbusAnswers, AnExceptionIsARefusalOfOurs) {
  struct Case {
    ExceptionCode code;
    MeterRefusal refusal;
  };
  for (const Case& one : {Case{ExceptionCode::IllegalFunction, MeterRefusal::NotSupported},
                          Case{ExceptionCode::IllegalDataAddress, MeterRefusal::OutOfRange},
                          Case{ExceptionCode::IllegalDataValue, MeterRefusal::OutOfRange},
                          Case{ExceptionCode::ServerDeviceFailure, MeterRefusal::Other},
                          Case{ExceptionCode::GatewayTargetFailedToRespond, MeterRefusal::Other}}) {
    excepts(one.code);
    const OperationFault told = fault(operation::ReadClock{});
    EXPECT_EQ(told.reason, Reason::Refused);
    EXPECT_EQ(told.refusal, one.refusal);
    EXPECT_EQ(told.what, "Modbus exception " + std::to_string(static_cast<int>(one.code)) + ", " +
                             std::string{modbus::exception_word(one.code)});
  }
}

TEST_F(ModbusAnswers, ABusyMeterIsAskedTheSameAgainForAWhile) {
  excepts(ExceptionCode::ServerDeviceBusy, 3);
  EXPECT_TRUE(meter_.run(driver_, operation::ReadClock{}));
  ASSERT_EQ(meter_.asked.size(), 4U);
  EXPECT_EQ(meter_.asked.front(), meter_.asked.back());
  EXPECT_GT(meter_.now.instant, Instant{}) << "with a pause between";

  meter_.asked.clear();
  excepts(ExceptionCode::ServerDeviceBusy);
  EXPECT_EQ(fault(operation::ReadClock{}).reason, Reason::Refused);
  EXPECT_LT(meter_.asked.size(), 100U);
}

TEST_F(ModbusAnswers, ARelayStateThatTheModelDoesNotNameIsToldAsItIs) {
  meter_.put(sim::kRelayAt, modbus::Registers{9});
  EXPECT_EQ(fault(operation::ReadRelay{}).what,
            "the relay register holds 9, which the model does not name");
}

TEST_F(ModbusAnswers, NothingIsPushedOverModbus) {
  const auto told = driver_.pushed(Octets{1}, {}, {});
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().reason, PushUnread::Reason::Unnamed);
}

// ---- orders -------------------------------------------------------------------------------------

const operation::OperateRelay kOff{SupplyState::Off, 7};

TEST_F(ModbusAnswers, AnOrderTheMeterStillWorksOnIsAskedForUntilItIsDone) {
  last_order(7, model_.modbus.result_busy);
  int pauses = 0;
  meter_.on_pause = [&] {
    if (++pauses == 3) last_order(7, model_.modbus.result_taken);
  };
  const auto answer = test::answer_of<OrderAnswer>(meter_.run(driver_, kOff));
  EXPECT_TRUE(std::holds_alternative<operation::OrderTaken>(answer));
  EXPECT_EQ(asked<modbus::WriteRegisters>(), 1) << "asked often, ordered once";
  EXPECT_EQ(pauses, 3);
}

TEST_F(ModbusAnswers, AnOrderThatIsNeverDoneStaysOpen) {
  last_order(7, model_.modbus.result_busy);
  const OperationFault told = fault(kOff);
  EXPECT_EQ(told.what, "the meter is still working on the order");
  EXPECT_TRUE(told.order_may_have_arrived);
}

TEST_F(ModbusAnswers, AnotherOrdersResultProvesNothingAboutOurs) {
  last_order(6, model_.modbus.result_taken);
  const OperationFault told = fault(kOff);
  EXPECT_EQ(told.what, "the meter's transaction register does not show this order");
  EXPECT_TRUE(told.order_may_have_arrived);
}

TEST_F(ModbusAnswers, ANoWhileTheResultIsReadLeavesTheOrderOpen) {
  meter_.instead = [](const modbus::Request& request) -> std::optional<WireResult> {
    if (!std::holds_alternative<modbus::ReadRegisters>(request)) return std::nullopt;
    return test::RegisterMeter::exception(request, ExceptionCode::ServerDeviceFailure);
  };
  const OperationFault told = fault(kOff);
  EXPECT_EQ(told.reason, Reason::Refused);
  EXPECT_TRUE(told.order_may_have_arrived);
}

TEST_F(ModbusAnswers, WithoutATransactionRegisterTheEchoOrTheExceptionIsTheVerdict) {
  model_.modbus.transaction.reset();
  auto answer = test::answer_of<OrderAnswer>(meter_.run(driver_, kOff));
  EXPECT_TRUE(std::holds_alternative<operation::OrderTaken>(answer));
  excepts(ExceptionCode::IllegalDataValue);
  answer = test::answer_of<OrderAnswer>(meter_.run(driver_, kOff));
  ASSERT_TRUE(std::holds_alternative<operation::OrderRefused>(answer));
  EXPECT_EQ(std::get<operation::OrderRefused>(answer).refusal, MeterRefusal::OutOfRange);
  EXPECT_EQ(std::get<operation::OrderRefused>(answer).raw, "exception-3");
}

TEST_F(ModbusAnswers, WhatBecameOfAnOrderIsSaidOnceItsResultStands) {
  using operation::TransactionEvidence;
  last_order(7, model_.modbus.result_busy);
  meter_.on_pause = [&] { last_order(7, 1); };
  const auto evidence =
      test::answer_of<TransactionEvidence>(meter_.run(driver_, operation::ReadTransaction{7}));
  ASSERT_TRUE(std::holds_alternative<operation::OrderRefused>(evidence));
  EXPECT_EQ(std::get<operation::OrderRefused>(evidence).refusal, model_.modbus.refusals.at(1));

  model_.modbus.transaction->fields = {sim::field(model::FieldRole::TransactionId)};
  EXPECT_EQ(fault(operation::ReadTransaction{7}).what,
            "the transaction register holds nothing to go by");
}

}  // namespace
}  // namespace metergate
