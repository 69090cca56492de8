// SPDX-License-Identifier: Apache-2.0
#include "gateway/work/order_procedure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/gateway/work/order_steps.hpp"

namespace metergate::work {
namespace {

TEST_F(OrderProcedureTest, ProvesWhoAnswersBeforeAnythingIsSent) {
  auto order = token();
  EXPECT_EQ(text(order.start(at(0s))), "move:turn-came identify");
  EXPECT_EQ(text(order.performed(identity("S1"), at(0s))), "transmit");
  const auto operation = order.order(7, at(0s));
  EXPECT_EQ(std::get<operation::WriteToken>(operation).transaction, 7U);
  EXPECT_EQ(text(order.performed(taken(), at(1s))), "move:meter-accepted");
  EXPECT_EQ(order.state(), CommandState::Succeeded);
}

TEST_F(OrderProcedureTest, AnotherSerialNumberEndsItUnsent) {
  auto order = token();
  static_cast<void>(order.start(at(0s)));
  EXPECT_EQ(text(order.performed(identity("S2"), at(0s))), "move:impossible");
  EXPECT_EQ(order.state(), CommandState::Failed);
}

TEST_F(OrderProcedureTest, CountOfTheMeterIsReadWhereTheLedgerHasNone) {
  OrderFacts known = kWithTransactions;
  known.transaction_known = false;
  auto order = token(known);
  static_cast<void>(order.start(at(0s)));
  EXPECT_EQ(text(order.performed(identity("S1"), at(0s))), "read-relay");
  EXPECT_EQ(text(order.performed(operation::Answer{RelayReading{}}, at(0s))), "transmit");
}

TEST_F(OrderProcedureTest, StaleTransactionIsSentAgainAboveWhatTheMeterHasSeen) {
  auto order = token();
  send(order, 1);
  EXPECT_EQ(text(order.performed(refused(operation::MeterRefusal::StaleTransaction), at(1s))),
            "move:nothing-sent wait");
  EXPECT_EQ(text(order.resumed(at(3s))), "identify");
  EXPECT_EQ(text(order.performed(identity("S1"), at(3s))), "read-relay");
  EXPECT_EQ(text(order.performed(operation::Answer{RelayReading{}}, at(3s))),
            "move:turn-came transmit");
}

TEST_F(OrderProcedureTest, MetersNoIsTheEndWithItsOwnWord) {
  auto order = token();
  send(order, 1);
  const auto effects = order.performed(refused(operation::MeterRefusal::Duplicate), at(1s));
  ASSERT_EQ(text(effects), "move:meter-refused");
  EXPECT_EQ(std::get<Move>(effects[0]).meter_raw, "raw");
  EXPECT_EQ(order.state(), CommandState::Rejected);
}

TEST_F(OrderProcedureTest, LostAnswerIsSettledByReadingTheTransaction) {
  auto order = token();
  send(order, 5);
  EXPECT_EQ(text(order.performed(fault(OperationFault::Reason::Link, true), at(1s))),
            "move:answer-lost wait");
  EXPECT_EQ(text(order.resumed(at(3s))), "identify");
  EXPECT_EQ(recognise(order, 3s), "read-transaction");
  EXPECT_EQ(text(order.performed(evidence(operation::OrderTaken{}), at(4s))),
            "move:read-back-taken");
}

TEST_F(OrderProcedureTest, ProofThatNothingArrivedAllowsAnotherTransmission) {
  auto order = token();
  for (std::uint32_t attempt = 1; attempt <= kPolicy.max_attempts; ++attempt) {
    send(order, attempt);
    static_cast<void>(order.performed(fault(OperationFault::Reason::Link, true), at(1s)));
    static_cast<void>(order.resumed(at(3s)));
    static_cast<void>(recognise(order, 3s));
    const auto effects = order.performed(evidence(operation::TransactionNotTaken{}), at(4s));
    EXPECT_EQ(text(effects), attempt < kPolicy.max_attempts
                                 ? "move:read-back-not-taken wait"
                                 : "move:read-back-not-taken move:impossible");
  }
  EXPECT_EQ(order.state(), CommandState::Failed);
}

TEST_F(OrderProcedureTest, WhatCannotBeSettledEndsWithTheLimit) {
  auto order = token();
  send(order, 5);
  static_cast<void>(order.performed(fault(OperationFault::Reason::Link, true), at(1s)));
  Duration since = 2s;
  std::string last;
  for (int i = 0; i < 5'000 && order.state() == CommandState::Unconfirmed; ++i) {
    last = text(order.resumed(at(since)));
    if (order.state() != CommandState::Unconfirmed) break;
    static_cast<void>(order.performed(fault(OperationFault::Reason::Link, true), at(since)));
    since += kPolicy.settle_pause_max;
  }
  EXPECT_EQ(last, "move:settle-deadline");
  EXPECT_EQ(order.state(), CommandState::Unsettled);
}

TEST_F(OrderProcedureTest, RestartWhileSendingSettlesAndNeverSends) {
  auto order = token(kWithTransactions, {CommandState::Sending, 1, 9, kStart});
  EXPECT_EQ(text(order.start(at(0s))), "move:answer-lost identify");
}

TEST_F(OrderProcedureTest, WhatARestartCutOffIsTriedMoreOftenAndNotForEver) {
  const auto after_restart = [](std::uint32_t attempts) {
    auto order = token(kWithTransactions, {CommandState::Sending, attempts, 9, kStart});
    static_cast<void>(order.start(at(0s)));
    static_cast<void>(recognise(order, 1s));
    return text(order.performed(evidence(operation::TransactionNotTaken{}), at(1s)));
  };
  EXPECT_EQ(after_restart(kPolicy.max_attempts), "move:read-back-not-taken wait");
  EXPECT_EQ(after_restart(kPolicy.max_attempts_over_restarts),
            "move:read-back-not-taken move:impossible");
}

TEST_F(OrderProcedureTest, RelayWithoutTransactionsIsSettledByItsState) {
  OrderProcedure order{SetRelay{SupplyState::Off},
                       facts({Capability::OperateRelay, Capability::ReadRelay}),
                       kPolicy,
                       {CommandState::Unconfirmed, 1, 9, kStart}};
  EXPECT_EQ(text(order.start(at(0s))), "identify");
  EXPECT_EQ(recognise(order, 0s), "read-relay");
  RelayReading off;
  off.state = SupplyState::Off;
  EXPECT_EQ(text(order.performed(operation::Answer{off}, at(0s))), "move:read-back-taken");
}

TEST_F(OrderProcedureTest, ClockWithoutTransactionsIsSettledByReadingIt) {
  OrderProcedure order{SetClock{},
                       facts({Capability::SetClock, Capability::ReadClock}),
                       kPolicy,
                       {CommandState::Unconfirmed, 1, 9, kStart}};
  EXPECT_EQ(text(order.start(at(30s))), "identify");
  EXPECT_EQ(recognise(order, 30s), "read-clock");
  const operation::ClockReading right{std::chrono::floor<std::chrono::seconds>(kStart + 31s),
                                      kStart + 30s};
  EXPECT_EQ(text(order.performed(operation::Answer{right}, at(30s))), "move:read-back-taken");
}

TEST_F(OrderProcedureTest, WhyAnAnswerIsLackingIsToldWithTheMove) {
  struct Case {
    OperationFault::Reason reason;
    std::optional<LinkFault::Reason> link;
    Reason told;
  };
  for (const Case& one :
       {Case{OperationFault::Reason::Link, LinkFault::Reason::NoAnswer, Reason::NoAnswer},
        Case{OperationFault::Reason::Link, LinkFault::Reason::Cut, Reason::NoAnswer},
        Case{OperationFault::Reason::Link, LinkFault::Reason::BadFrame, Reason::BadAnswer},
        Case{OperationFault::Reason::Meaningless, std::nullopt, Reason::BadAnswer},
        Case{OperationFault::Reason::Refused, std::nullopt, Reason::BadAnswer}}) {
    auto order = token();
    send(order, 5);
    OperationFault why;
    why.reason = one.reason;
    why.order_may_have_arrived = true;
    if (one.link) why.link = LinkFault{*one.link, "trouble"};
    const Effects effects = order.performed(failure(why), at(1s));
    ASSERT_EQ(text(effects), "move:answer-lost wait");
    EXPECT_EQ(std::get<Move>(effects[0]).reason, one.told) << reason_word(one.told);
  }
}

TEST_F(OrderProcedureTest, AnOrderTheModelDoesNotHaveIsImpossible) {
  auto order = token();
  send(order, 5);
  const Effects effects =
      order.performed(fault(OperationFault::Reason::Unsupported, false), at(1s));
  ASSERT_EQ(text(effects), "move:impossible");
  EXPECT_EQ(std::get<Move>(effects[0]).reason, Reason::UnsupportedByMeter);
  EXPECT_EQ(std::get<Move>(effects[0]).detail, "trouble");
  EXPECT_EQ(order.state(), CommandState::Failed);
}

TEST_F(OrderProcedureTest, WhatHasEndedIsNotBegunAgain) {
  for (const auto state : {CommandState::Succeeded, CommandState::Rejected, CommandState::Failed,
                           CommandState::Unsettled, CommandState::Cancelled}) {
    auto order = token(kWithTransactions, {state, 1, 9, kStart});
    EXPECT_EQ(text(order.start(at(0s))), "") << state_word(state);
    EXPECT_EQ(text(order.performed(taken(), at(1s))), "");
    EXPECT_EQ(order.state(), state);
  }
}

TEST_F(OrderProcedureTest, AResultThatNobodyWaitsForMovesNothing) {
  auto order = token();
  send(order, 5);
  ASSERT_EQ(text(order.performed(fault(OperationFault::Reason::Link, true), at(1s))),
            "move:answer-lost wait");
  EXPECT_EQ(text(order.performed(taken(), at(2s))), "") << "it was not asked again yet";
  EXPECT_EQ(order.state(), CommandState::Unconfirmed);
}

TEST_F(OrderProcedureTest, AReadBackNoIsTheMetersNo) {
  auto order = token(kWithTransactions, {CommandState::Unconfirmed, 1, 9, kStart});
  static_cast<void>(order.start(at(0s)));
  static_cast<void>(recognise(order, 0s));
  const Effects effects = order.performed(
      evidence(operation::OrderRefused{operation::MeterRefusal::Duplicate, "used"}), at(1s));
  ASSERT_EQ(text(effects), "move:read-back-refused");
  EXPECT_EQ(std::get<Move>(effects[0]).meter_reason, operation::MeterRefusal::Duplicate);
  EXPECT_EQ(std::get<Move>(effects[0]).meter_raw, "used");
  EXPECT_EQ(order.state(), CommandState::Rejected);
}

TEST_F(OrderProcedureTest, WhatNothingCanTellEndsWithTheLimitAndIsNotSentAgain) {
  OrderProcedure order{DeliverToken{*Token::parse("73948959061972833313")},
                       facts({Capability::Tokens}),
                       kPolicy,
                       {CommandState::Unconfirmed, 1, 9, kStart}};
  const Effects effects = order.start(at(0s));
  ASSERT_EQ(text(effects), "wait");
  const auto rest = std::get<Wait>(effects[0]).length;
  EXPECT_EQ(rest, kPolicy.settle_limit);
  EXPECT_EQ(text(order.resumed(at(rest))), "move:settle-deadline");
  EXPECT_EQ(order.state(), CommandState::Unsettled);
}

TEST_F(OrderProcedureTest, ARelayOrAClockThatStandsOtherwiseWasNotSet) {
  OrderProcedure relay{SetRelay{SupplyState::Off},
                       facts({Capability::OperateRelay, Capability::ReadRelay}),
                       kPolicy,
                       {CommandState::Unconfirmed, 1, 9, kStart}};
  static_cast<void>(relay.start(at(31s)));
  static_cast<void>(recognise(relay, 31s));
  RelayReading on;
  on.state = SupplyState::On;
  EXPECT_EQ(text(relay.performed(operation::Answer{on}, at(31s))), "move:read-back-not-taken wait");

  OrderProcedure clock{SetClock{},
                       facts({Capability::SetClock, Capability::ReadClock}),
                       kPolicy,
                       {CommandState::Unconfirmed, 1, 9, kStart}};
  static_cast<void>(clock.start(at(30s)));
  static_cast<void>(recognise(clock, 30s));
  const operation::ClockReading wrong{std::chrono::floor<std::chrono::seconds>(kStart + 2h),
                                      kStart + 30s};
  EXPECT_EQ(text(clock.performed(operation::Answer{wrong}, at(30s))),
            "move:read-back-not-taken wait");
}

TEST_F(OrderProcedureTest, AnAnswerToSomethingElseIsNoEvidence) {
  auto order = token(kWithTransactions, {CommandState::Unconfirmed, 1, 9, kStart});
  static_cast<void>(order.start(at(0s)));
  static_cast<void>(recognise(order, 0s));
  EXPECT_EQ(text(order.performed(identity("S1"), at(1s))), "wait");
  EXPECT_EQ(order.state(), CommandState::Unconfirmed);
}

// A meter that knows nothing of tenancies is at least switched as the change asks for.
TEST_F(OrderProcedureTest, AChangeTheMeterDoesNotKnowMovesItsRelayOrNothing) {
  const auto with = [](RelayAfter relay, std::initializer_list<Capability> capabilities) {
    ChangeTenancy change;
    change.order.relay = relay;
    return OrderProcedure{change, facts(capabilities), kPolicy, {}};
  };
  for (const auto& [asked, state] : {std::pair{RelayAfter::Off, SupplyState::Off},
                                     std::pair{RelayAfter::Armed, SupplyState::Armed}}) {
    auto order = with(asked, {Capability::OperateRelay});
    EXPECT_TRUE(order.sends());
    static_cast<void>(order.start(at(0s)));
    const auto operation = order.order(7, at(0s));
    ASSERT_TRUE(std::holds_alternative<operation::OperateRelay>(operation));
    EXPECT_EQ(std::get<operation::OperateRelay>(operation).order, state);
  }
  EXPECT_FALSE(with(RelayAfter::Unchanged, {Capability::OperateRelay}).sends());
  EXPECT_FALSE(with(RelayAfter::Off, {Capability::ReadRelay}).sends());
  EXPECT_TRUE(with(RelayAfter::Unchanged, {Capability::ChangeTenancy}).sends());
}

// The promise behind everything: between two transmissions of one order there is proof that the
// first was not carried out. Whatever the wire does, in whatever order.
RC_GTEST_PROP(OrderProcedureLaw, NothingIsSentTwiceWithoutProof, ()) {
  OrderProcedure order{
      DeliverToken{*Token::parse("73948959061972833313")}, kWithTransactions, kPolicy, {}};
  bool doubtful = false;  // an octet may have left, and nothing has shown that it did no harm
  operation::TransactionId transaction = 0;
  Duration since = 0s;
  Effects effects = order.start(at(since));
  for (int step = 0; step < 60 && !is_terminal(order.state()); ++step) {
    std::optional<Effects> next;
    for (const Effect& effect : effects) {
      if (std::holds_alternative<Transmit>(effect)) {
        RC_ASSERT(!doubtful);
        static_cast<void>(order.order(++transaction, at(since)));
        const int how = *rc::gen::inRange(0, 4);
        doubtful = how == 1;
        next = order.performed(how == 0   ? taken()
                               : how == 1 ? fault(OperationFault::Reason::Link, true)
                               : how == 2 ? fault(OperationFault::Reason::Link, false)
                                          : refused(operation::MeterRefusal::StaleTransaction),
                               at(since));
      } else if (const auto* todo = std::get_if<Perform>(&effect)) {
        const bool lost = *rc::gen::arbitrary<bool>();
        if (lost) {
          next = order.performed(fault(OperationFault::Reason::Link, true), at(since));
        } else if (std::holds_alternative<operation::Identify>(todo->operation)) {
          next = order.performed(identity("S1"), at(since));
        } else if (std::holds_alternative<operation::ReadRelay>(todo->operation)) {
          next = order.performed(operation::Answer{RelayReading{}}, at(since));
        } else {
          const bool proof = *rc::gen::arbitrary<bool>();
          doubtful = doubtful && !proof;
          next = order.performed(proof ? evidence(operation::TransactionNotTaken{})
                                       : evidence(operation::TransactionUnknown{}),
                                 at(since));
        }
      } else if (const auto* wait = std::get_if<Wait>(&effect)) {
        since += wait->length;
        next = order.resumed(at(since));
      }
    }
    if (!next) break;
    effects = std::move(*next);
  }
}

}  // namespace
}  // namespace metergate::work
