// SPDX-License-Identifier: Apache-2.0
/// What is believed of a meter that is asked whether it carried out an order.
#include <gtest/gtest.h>

#include "tests/unit/gateway/work/order_steps.hpp"

namespace metergate::work {
namespace {

using OrderSettlingTest = OrderProcedureTest;

OperationResult relay_at(SupplyState state) {
  RelayReading reading;
  reading.state = state;
  return operation::Answer{reading};
}

/// What a relay order, in doubt since `kStart`, becomes when the relay is found like this.
std::string found(SupplyState wanted, SupplyState state, Duration after,
                  SupplyState before = SupplyState::Unknown) {
  OrderFacts known = facts({Capability::OperateRelay, Capability::ReadRelay});
  known.relay_before = before;
  OrderProcedure order{SetRelay{wanted}, known, kPolicy, {CommandState::Unconfirmed, 1, 9, kStart}};
  static_cast<void>(order.start(at(after)));
  static_cast<void>(order.performed(identity("S1"), at(after)));
  return text(order.performed(relay_at(state), at(after)));
}

// Whoever took the meter's place knows nothing of the order: its "never seen" would free a token
// that the first one has used.
TEST_F(OrderSettlingTest, AnotherMeterAtTheAddressProvesNothing) {
  auto order = token();
  send(order, 5);
  static_cast<void>(order.performed(fault(OperationFault::Reason::Link, true), at(1s)));
  EXPECT_EQ(text(order.resumed(at(3s))), "identify");
  EXPECT_EQ(text(order.performed(identity("S2"), at(3s))), "wait");
  EXPECT_EQ(order.state(), CommandState::Unconfirmed);
  EXPECT_EQ(text(order.resumed(at(10s))), "identify");
  EXPECT_EQ(recognise(order, 10s), "read-transaction") << "the right one is back";
}

TEST_F(OrderSettlingTest, AMeterThatCannotNameItselfIsBelieved) {
  auto order = token(kWithTransactions, {CommandState::Unconfirmed, 1, 9, kStart});
  EXPECT_EQ(text(order.start(at(0s))), "identify");
  EXPECT_EQ(text(order.performed(fault(OperationFault::Reason::Unsupported, false), at(0s))),
            "read-transaction");
  OrderFacts nobody = kWithTransactions;
  nobody.expected_serial.clear();
  auto anyone = token(nobody, {CommandState::Unconfirmed, 1, 9, kStart});
  EXPECT_EQ(text(anyone.start(at(0s))), "read-transaction");
}

TEST_F(OrderSettlingTest, AnOldStateProvesNothingWhileTheRelayMayBeMoving) {
  EXPECT_EQ(found(SupplyState::Off, SupplyState::On, 2s), "wait");
  EXPECT_EQ(found(SupplyState::Off, SupplyState::On, 31s), "move:read-back-not-taken wait");
  EXPECT_EQ(found(SupplyState::Off, SupplyState::Off, 2s), "move:read-back-taken");
  EXPECT_EQ(found(SupplyState::Off, SupplyState::Unknown, 31s), "wait");
  EXPECT_EQ(found(SupplyState::Off, SupplyState::On, -1h), "wait") << "the clock was set back";
}

TEST_F(OrderSettlingTest, AnArmedRelayThatSomebodyClosedIsNotArmedAgain) {
  EXPECT_EQ(found(SupplyState::Armed, SupplyState::On, 31s), "wait");
  EXPECT_EQ(found(SupplyState::Armed, SupplyState::On, 31s, SupplyState::Off), "wait");
  EXPECT_EQ(found(SupplyState::Armed, SupplyState::On, 31s, SupplyState::On),
            "move:read-back-not-taken wait");
  EXPECT_EQ(found(SupplyState::Armed, SupplyState::Off, 31s), "move:read-back-not-taken wait");
}

// The box was off for two days, or its clock was years behind when it sent.
TEST_F(OrderSettlingTest, HoweverLateTheMeterIsAskedBeforeTheEnd) {
  for (const auto away : {48h, 24h * 365 * 55}) {
    auto order = token(kWithTransactions, {CommandState::Sending, 1, 9, kStart - away});
    EXPECT_EQ(text(order.start(at(0s))), "move:answer-lost identify");
    EXPECT_EQ(recognise(order, 0s), "read-transaction");
    EXPECT_EQ(text(order.performed(evidence(operation::OrderTaken{}), at(1s))),
              "move:read-back-taken");
  }
  auto silent = token(kWithTransactions, {CommandState::Unconfirmed, 1, 9, kStart - 48h});
  static_cast<void>(silent.start(at(0s)));
  static_cast<void>(silent.performed(fault(OperationFault::Reason::Link, true), at(1s)));
  EXPECT_EQ(text(silent.resumed(at(kPolicy.settle_pause_max))), "move:settle-deadline");
}

}  // namespace
}  // namespace metergate::work
