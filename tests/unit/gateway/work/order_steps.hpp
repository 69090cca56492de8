// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "gateway/work/order_procedure.hpp"

namespace metergate::work {

using namespace std::chrono_literals;

inline constexpr UtcTime kStart{1'772'445'600'000ms};
inline const OrderPolicy kPolicy;

inline Now at(Duration since) {
  return {Instant{1h} + since,
          kStart + std::chrono::duration_cast<std::chrono::milliseconds>(since)};
}

inline OrderFacts facts(std::initializer_list<Capability> capabilities) {
  OrderFacts out;
  out.expected_serial = "S1";
  for (const Capability one : capabilities) out.capabilities.add(one);
  return out;
}
inline const OrderFacts kWithTransactions =
    facts({Capability::Tokens, Capability::Transactions, Capability::ReadRelay});

inline OperationResult identity(const char* serial) {
  return operation::Answer{operation::Identity{*SerialNumber::parse(serial), "1"}};
}
inline OperationResult taken() {
  return operation::Answer{operation::OrderAnswer{operation::OrderTaken{}}};
}
inline OperationResult refused(operation::MeterRefusal why) {
  return operation::Answer{operation::OrderAnswer{operation::OrderRefused{why, "raw"}}};
}
inline OperationResult evidence(operation::TransactionEvidence said) {
  return operation::Answer{std::move(said)};
}
inline OperationResult fault(OperationFault::Reason reason, bool may_have_arrived) {
  OperationFault out;
  out.reason = reason;
  out.what = "trouble";
  out.order_may_have_arrived = may_have_arrived;
  if (reason == OperationFault::Reason::Link) {
    out.link = LinkFault{
        may_have_arrived ? LinkFault::Reason::NoAnswer : LinkFault::Reason::NotSent, "trouble"};
  }
  return failure(std::move(out));
}

/// `move:turn-came perform:identify transmit wait`
inline std::string text(const Effects& effects) {
  std::string out;
  for (const Effect& effect : effects) {
    if (!out.empty()) out += ' ';
    if (const auto* move = std::get_if<Move>(&effect)) {
      out += "move:" + std::string{event_word(move->event)};
    } else if (const auto* todo = std::get_if<Perform>(&effect)) {
      const auto& op = todo->operation;
      out += std::holds_alternative<operation::Identify>(op)          ? "identify"
             : std::holds_alternative<operation::ReadTransaction>(op) ? "read-transaction"
             : std::holds_alternative<operation::ReadRelay>(op)       ? "read-relay"
             : std::holds_alternative<operation::ReadClock>(op)       ? "read-clock"
                                                                      : "order";
    } else {
      out += std::holds_alternative<Transmit>(effect) ? "transmit" : "wait";
    }
  }
  return out;
}

class OrderProcedureTest : public testing::Test {
 protected:
  static OrderProcedure token(OrderFacts known = kWithTransactions, OrderPosition position = {}) {
    return {DeliverToken{*Token::parse("73948959061972833313")}, std::move(known), kPolicy,
            position};
  }
  /// Up to the transmission under transaction `id`.
  static void send(OrderProcedure& order, operation::TransactionId id) {
    static_cast<void>(order.start(at(0s)));
    ASSERT_EQ(text(order.performed(identity("S1"), at(0s))), "transmit");
    static_cast<void>(order.order(id, at(0s)));
  }
  /// The meter that was asked is still there when an order is settled.
  static std::string recognise(OrderProcedure& order, Duration when) {
    return text(order.performed(identity("S1"), at(when)));
  }
};

}  // namespace metergate::work
