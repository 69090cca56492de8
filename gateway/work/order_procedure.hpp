// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gateway/drivers/driver.hpp"
#include "gateway/work/policy.hpp"
#include "meters/capability.hpp"
#include "meters/command.hpp"
#include "meters/lifecycle.hpp"
#include "meters/operation.hpp"
#include "meters/reason.hpp"

namespace metergate::work {

/// The command moves along its lifecycle: to be durable before the next effect is performed.
struct Move {
  CommandEvent event;
  Reason reason = Reason::None;
  std::string detail{};
  std::optional<operation::MeterRefusal> meter_reason{};
  std::string meter_raw{};
  std::optional<operation::OrderTaken> taken{};
};
/// Perform this, then call `performed`.
struct Perform {
  operation::Operation operation;
};
/// Take the next transaction id, write the transmission down (`SendRecorded`), make it durable, and
/// only then perform `order(id)`; the answer comes to `performed`.
struct Transmit {};
/// Call `resumed` after this long.
struct Wait {
  Duration length;
};
using Effect = std::variant<Move, Perform, Transmit, Wait>;
using Effects = std::vector<Effect>;

/// What an order needs to know of the world, fixed when it starts.
struct OrderFacts {
  std::string expected_serial;  ///< empty: not known, any identity will do
  CapabilitySet capabilities;
  bool can_identify = true;  ///< the model says where the serial number is
  /// The greatest transaction id the meter has seen may be more than the ledger's: a new box, or
  /// another master. It is read before the first order.
  bool transaction_known = true;
  /// What the relay showed before the order was sent; not known of one that is taken up again.
  SupplyState relay_before = SupplyState::Unknown;
};

/// Where a stored order stands when the gateway takes it up (again).
struct OrderPosition {
  CommandState state = CommandState::Accepted;
  std::uint32_t attempt = 0;
  operation::TransactionId transaction = 0;
  std::optional<UtcTime> sent_at;
};

/// Carries one order (token, relay, clock, tariff, a change of tenancy or supplier) to a meter:
/// proves who answers, writes down, sends once, and settles by reading whatever has become
/// uncertain. Pure: the caller performs the effects in their order. Ended when the last `Move` led
/// to a terminal state.
class OrderProcedure {
 public:
  OrderProcedure(CommandParams params, OrderFacts facts, OrderPolicy policy,
                 OrderPosition position);

  /// It is this command's turn.
  [[nodiscard]] Effects start(Now now);
  [[nodiscard]] Effects performed(const OperationResult& result, Now now);
  [[nodiscard]] Effects resumed(Now now);
  /// What had to be done before the transmission could not be done yet.
  [[nodiscard]] Effects not_ready(Reason why, std::string detail);
  /// Whether there is something to send at all: a model without an order for a change of tenancy
  /// may have nothing that the change asks for.
  [[nodiscard]] bool sends() const;
  /// The operation to send under this transaction id.
  [[nodiscard]] operation::Operation order(operation::TransactionId transaction, Now now);

  [[nodiscard]] CommandState state() const { return state_; }

 private:
  enum class Stage : std::uint8_t {
    Idle,
    Identifying,
    Counting,
    Ordering,
    Recognising,
    Settling,
    Pausing
  };

  [[nodiscard]] Effects move(Move step);
  [[nodiscard]] Effects take_turn(Now now);
  [[nodiscard]] Effects settle(Now now);
  /// What tells, on this model, whether the order was carried out.
  [[nodiscard]] std::optional<operation::Operation> question() const;
  /// Whether it is still the meter that was asked before its word is believed.
  [[nodiscard]] Effects recognised(const OperationResult& result, Now now);
  [[nodiscard]] Effects identified(const OperationResult& result, Now now);
  [[nodiscard]] Effects counted(const OperationResult& result, Now now);
  [[nodiscard]] Effects ordered(const OperationResult& result, Now now);
  [[nodiscard]] Effects settled(const OperationResult& result, Now now);
  [[nodiscard]] Effects settle_later(Now now);
  [[nodiscard]] Effects turn_later(Move why);
  [[nodiscard]] Effects prepared();
  [[nodiscard]] Effects transmit();
  [[nodiscard]] bool can_count() const;
  /// The relay state the order leads to by itself, where it is an order to the relay.
  [[nodiscard]] std::optional<SupplyState> wanted_relay() const;
  [[nodiscard]] bool changes_natively() const {
    return facts_.capabilities.has(Capability::ChangeTenancy);
  }
  [[nodiscard]] operation::TransactionEvidence evidence(const operation::Answer& answer,
                                                        Now now) const;
  [[nodiscard]] operation::TransactionEvidence relay_evidence(SupplyState found, Now now) const;

  CommandParams params_;
  OrderFacts facts_;
  OrderPolicy policy_;
  CommandState state_;
  Stage stage_ = Stage::Idle;
  bool cut_off_by_restart_ = false;  ///< the last transmission, before its answer came
  bool lost_turn_ = false;
  std::uint32_t attempt_;
  operation::TransactionId transaction_;
  std::optional<UtcSeconds> clock_sent_;
  std::optional<Instant> settle_deadline_;
  std::optional<UtcTime> sent_at_;
  Duration settle_pause_{0};
};

}  // namespace metergate::work
