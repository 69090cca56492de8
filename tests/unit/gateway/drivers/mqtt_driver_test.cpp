// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/mqtt_driver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/meter_mqtt/messages.hpp"

namespace metergate {
namespace {

using namespace std::chrono_literals;
using operation::MeterRefusal;
using testing::HasSubstr;

const Now kNow{Instant{} + 1h, UtcTime{1'772'360'223'250ms}};

class MqttDriverTest : public testing::Test {
 protected:
  MqttDriverTest() {
    model_.name = "virtual-mqtt";
    model_.protocol = model::Protocol::Mqtt;
    for (const auto capability :
         {Capability::Registers, Capability::Daily, Capability::Profile, Capability::Logs,
          Capability::ReadClock, Capability::SetClock, Capability::ReadRelay,
          Capability::OperateRelay, Capability::Tokens, Capability::Transactions}) {
      model_.capabilities.add(capability);
    }
  }

  /// Sends the request and hands back what the link brings.
  OperationResult perform(const operation::Operation& operation, WireResult answer) {
    auto exchange = driver_.start(operation, {0, "m-1"}, Pace::Full);
    const DriverStep first = exchange->begin(kNow);
    if (const auto* transact = std::get_if<Transact>(&first)) {
      sent_ = {transact->request.octets.begin(), transact->request.octets.end()};
      to_ = transact->request.to.name;
    } else {
      return std::get<Finished>(first).result;
    }
    return std::get<Finished>(exchange->answered(std::move(answer), kNow)).result;
  }
  OperationResult perform(const operation::Operation& operation, std::string_view payload) {
    return perform(operation, WireAnswer{{payload.begin(), payload.end()}, 3ms});
  }
  static WireResult fault(LinkFault::Reason reason) {
    return failure(LinkFault{reason, "no answer in time"});
  }

  model::MeterModel model_;
  MqttDriver driver_{model_};
  std::string sent_;
  std::string to_;
};

operation::ChangeTenancy numbered(operation::TransactionId transaction) {
  operation::ChangeTenancy order;
  order.transaction = transaction;
  return order;
}

TEST_F(MqttDriverTest, ChangesNeedTheirOwnCapability) {
  for (const operation::Operation& operation : {operation::Operation{operation::ReadBilling{}},
                                                operation::Operation{operation::ReadTariff{}},
                                                operation::Operation{operation::ChangeTenancy{}},
                                                operation::Operation{operation::ChangeSupplier{}},
                                                operation::Operation{operation::SetTariff{}}}) {
    const auto refused = perform(operation, "{}");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, OperationFault::Reason::Unsupported);
  }
  model_.capabilities.add(Capability::ChangeTenancy);
  const auto result = perform(numbered(7), R"({"id":"7","result":{"outcome":"taken"}})");
  ASSERT_TRUE(result);
  EXPECT_TRUE(
      std::holds_alternative<operation::OrderTaken>(std::get<operation::OrderAnswer>(*result)));
  const auto lost = perform(numbered(8), fault(LinkFault::Reason::NoAnswer));
  ASSERT_FALSE(lost);
  EXPECT_TRUE(lost.error().order_may_have_arrived);
}

const operation::WriteToken kToken{*Token::parse("47126853900317548264"), 1'209};

TEST_F(MqttDriverTest, SendsMethodAndParametersAndLeavesTheIdToTheLink) {
  static_cast<void>(perform(operation::ReadTransaction{1'209}, "{}"));
  EXPECT_EQ(sent_, R"({"method":"read-transaction","params":{"transaction":1209}})");
  EXPECT_EQ(to_, "m-1");
}

TEST_F(MqttDriverTest, AnAnswerIsReadAtTheTimeItCame) {
  const auto result =
      perform(operation::ReadClock{}, R"({"id":"7","result":{"time":"2026-03-01T10:17:03Z"}})");
  ASSERT_TRUE(result);
  EXPECT_EQ(std::get<operation::ClockReading>(*result).read_at, kNow.utc);
}

TEST_F(MqttDriverTest, AnAnswerOfTheWrongShapeIsMeaninglessAndSaysWhere) {
  const auto result = perform(operation::ReadRelay{}, R"({"id":"7","result":{"state":"ajar"}})");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, OperationFault::Reason::Meaningless);
  EXPECT_THAT(result.error().what,
              HasSubstr("result.state is \"ajar\"; expected off, armed or on"));
  EXPECT_FALSE(result.error().order_may_have_arrived);
}

TEST_F(MqttDriverTest, AnErrorToAQuestionIsARefusal) {
  const auto result =
      perform(operation::ReadLog{LogId::Tamper, 0},
              R"({"id":"7","error":{"code":"not-supported","message":"no tamper log"}})");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, OperationFault::Reason::Refused);
  EXPECT_EQ(result.error().refusal, MeterRefusal::NotSupported);
  EXPECT_EQ(result.error().what, "not-supported: no tamper log");
}

TEST_F(MqttDriverTest, AnErrorToAnOrderIsTheMetersNo) {
  const auto result = perform(kToken, R"({"id":"7","error":{"code":"stale-transaction"}})");
  ASSERT_TRUE(result);
  const auto& refused =
      std::get<operation::OrderRefused>(std::get<operation::OrderAnswer>(*result));
  EXPECT_EQ(refused.refusal, MeterRefusal::StaleTransaction);
  EXPECT_EQ(refused.raw, "stale-transaction");
}

TEST_F(MqttDriverTest, ATakenTokenTellsWhatItCredited) {
  const auto result =
      perform(kToken, R"({"id":"7","result":{"outcome":"taken","value":25000,"unit":"wh"}})");
  ASSERT_TRUE(result);
  const auto& taken = std::get<operation::OrderTaken>(std::get<operation::OrderAnswer>(*result));
  EXPECT_EQ(taken.value, 25'000);
  EXPECT_EQ(taken.unit_word, "wh");
}

TEST_F(MqttDriverTest, AnOrderWithoutAnAnswerMayHaveArrived) {
  for (const auto reason : {LinkFault::Reason::NoAnswer, LinkFault::Reason::Cut}) {
    const auto result = perform(kToken, fault(reason));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, OperationFault::Reason::Link);
    EXPECT_TRUE(result.error().order_may_have_arrived);
  }
}

TEST_F(MqttDriverTest, AnOrderThatNeverLeftHasNotArrived) {
  const auto result = perform(kToken, fault(LinkFault::Reason::NotSent));
  ASSERT_FALSE(result);
  EXPECT_FALSE(result.error().order_may_have_arrived);
}

TEST_F(MqttDriverTest, AnOrderAnsweredWithNonsenseMayHaveArrived) {
  const auto result = perform(kToken, R"({"id":"7","result":{"outcome":"perhaps"}})");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, OperationFault::Reason::Meaningless);
  EXPECT_TRUE(result.error().order_may_have_arrived);
}

TEST_F(MqttDriverTest, AQuestionWithoutAnAnswerLeavesNothingOpen) {
  const auto result = perform(operation::ReadRelay{}, fault(LinkFault::Reason::NoAnswer));
  ASSERT_FALSE(result);
  EXPECT_FALSE(result.error().order_may_have_arrived);
}

TEST_F(MqttDriverTest, WhatTheModelCannotDoIsNeverSent) {
  const auto close = perform(operation::OperateRelay{SupplyState::On, 5}, "{}");
  ASSERT_FALSE(close);
  EXPECT_EQ(close.error().reason, OperationFault::Reason::Unsupported);
  EXPECT_THAT(close.error().what, HasSubstr("close-relay"));
  EXPECT_TRUE(sent_.empty());

  model_.capabilities = {};
  EXPECT_EQ(perform(operation::ReadDaily{}, "{}").error().what, "model virtual-mqtt has no daily");
  EXPECT_FALSE(perform(operation::Identify{}, "{}"));
  EXPECT_FALSE(sent_.empty()) << "who a meter is can always be asked";
}

TEST_F(MqttDriverTest, TheModelKnowsItsRawCodesBetterThanTheMetersWord) {
  model_.event_codes[931] = EventCode::TamperStarted;
  const auto result =
      perform(operation::ReadLog{LogId::Tamper, 0},
              R"({"id":"7","result":{"complete":true,"entries":[{"log":"tamper","sequence":1,)"
              R"("time":"2026-03-01T09:00:00Z","event":"meter-tilted","code":931}]}})");
  ASSERT_TRUE(result);
  EXPECT_EQ(std::get<operation::LogPage>(*result).entries.front().code, EventCode::TamperStarted);
}

}  // namespace
}  // namespace metergate
