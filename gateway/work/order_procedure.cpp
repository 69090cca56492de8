// SPDX-License-Identifier: Apache-2.0
#include "gateway/work/order_procedure.hpp"

#include <algorithm>

#include "protocols/overloaded.hpp"

namespace metergate::work {
namespace {

/// `first` with everything of `second` behind it.
Effects then(Effects first, Effects second) {
  for (Effect& effect : second) first.push_back(std::move(effect));
  return first;
}

Reason reason_of(const OperationFault& fault) {
  switch (fault.reason) {
    case OperationFault::Reason::Link:
      return fault.link && fault.link->reason == LinkFault::Reason::NotSent    ? Reason::LinkDown
             : fault.link && fault.link->reason == LinkFault::Reason::BadFrame ? Reason::BadAnswer
                                                                               : Reason::NoAnswer;
    case OperationFault::Reason::Refused:
    case OperationFault::Reason::Meaningless:
      return Reason::BadAnswer;
    case OperationFault::Reason::Unsupported:
      return Reason::UnsupportedByMeter;
  }
  return Reason::BadAnswer;
}

}  // namespace

OrderProcedure::OrderProcedure(CommandParams params, OrderFacts facts, OrderPolicy policy,
                               OrderPosition position)
    : params_{std::move(params)},
      facts_{std::move(facts)},
      policy_{policy},
      state_{position.state},
      attempt_{position.attempt},
      transaction_{position.transaction},
      sent_at_{position.sent_at} {}

Effects OrderProcedure::move(Move step) {
  if (const auto next = next_state(state_, step.event)) state_ = *next;
  return {std::move(step)};
}

Effects OrderProcedure::start(Now now) {
  switch (state_) {
    case CommandState::Accepted:
      // A turn that was lost before is taken again only when the meter answers: a long silence is
      // one step back, not one every pause.
      if (lost_turn_) return take_turn(now);
      return then(move({.event = CommandEvent::TurnCame}), take_turn(now));
    case CommandState::Scheduled:
      return take_turn(now);
    case CommandState::Sending:
      // Written down as sent by a gateway that then ended: nobody knows whether it left.
      cut_off_by_restart_ = true;
      return then(move({.event = CommandEvent::AnswerLost, .reason = Reason::GatewayRestarted}),
                  settle(now));
    case CommandState::Unconfirmed:
      cut_off_by_restart_ = true;
      return settle(now);
    default:
      return {};
  }
}

Effects OrderProcedure::take_turn(Now) {
  if (!facts_.can_identify) return prepared();
  stage_ = Stage::Identifying;
  return {Perform{operation::Identify{}}};
}

operation::Operation OrderProcedure::order(operation::TransactionId transaction, Now now) {
  state_ = CommandState::Sending;
  transaction_ = transaction;
  ++attempt_;
  cut_off_by_restart_ = false;
  sent_at_ = now.utc;
  settle_deadline_.reset();
  settle_pause_ = Duration{0};
  return std::visit(
      Overloaded{
          [&](const DeliverToken& deliver) -> operation::Operation {
            return operation::WriteToken{deliver.token, transaction};
          },
          [&](const SetClock& clock) -> operation::Operation {
            clock_sent_ = clock.time.value_or(std::chrono::floor<std::chrono::seconds>(now.utc));
            return operation::SetClock{*clock_sent_, transaction};
          },
          [&](const SetTariff& set) -> operation::Operation {
            return operation::SetTariff{set.tariff, set.activates, transaction};
          },
          [&](const ChangeSupplier& change) -> operation::Operation {
            const ChangeOrder& order = change.order;
            return operation::ChangeSupplier{change.supplier, order.effective, order.actions,
                                             order.relay,     order.event_id,  transaction};
          },
          [&](const ChangeTenancy& change) -> operation::Operation {
            const ChangeOrder& order = change.order;
            if (!changes_natively()) return operation::OperateRelay{*wanted_relay(), transaction};
            return operation::ChangeTenancy{order.effective, order.actions, order.relay,
                                            order.event_id, transaction};
          },
          [&](const auto&) -> operation::Operation {
            return operation::OperateRelay{*wanted_relay(), transaction};
          },
      },
      params_);
}

std::optional<SupplyState> OrderProcedure::wanted_relay() const {
  if (const auto* relay = std::get_if<SetRelay>(&params_)) return relay->state;
  const auto* change = std::get_if<ChangeTenancy>(&params_);
  if (change == nullptr || changes_natively()) return std::nullopt;
  if (!facts_.capabilities.has(Capability::OperateRelay)) return std::nullopt;
  switch (change->order.relay) {
    case RelayAfter::Unchanged:
      return std::nullopt;
    case RelayAfter::Off:
      return SupplyState::Off;
    case RelayAfter::Armed:
      return SupplyState::Armed;
  }
  return std::nullopt;
}

bool OrderProcedure::sends() const {
  return !std::holds_alternative<ChangeTenancy>(params_) || changes_natively() ||
         wanted_relay().has_value();
}

Effects OrderProcedure::not_ready(Reason why, std::string detail) {
  return turn_later({.event = CommandEvent::TurnLost, .reason = why, .detail = std::move(detail)});
}

Effects OrderProcedure::performed(const OperationResult& result, Now now) {
  switch (stage_) {
    case Stage::Identifying:
      return identified(result, now);
    case Stage::Counting:
      return counted(result, now);
    case Stage::Ordering:
      return ordered(result, now);
    case Stage::Recognising:
      return recognised(result, now);
    case Stage::Settling:
      return settled(result, now);
    default:
      return {};
  }
}

Effects OrderProcedure::resumed(Now now) {
  return state_ == CommandState::Unconfirmed ? settle(now) : start(now);
}

Effects OrderProcedure::turn_later(Move why) {
  stage_ = Stage::Pausing;
  if (state_ == CommandState::Accepted) return {Wait{policy_.turn_pause}};
  lost_turn_ = facts_.can_identify;
  return then(move(std::move(why)), {Wait{policy_.turn_pause}});
}

Effects OrderProcedure::transmit() {
  stage_ = Stage::Ordering;
  lost_turn_ = false;
  if (state_ != CommandState::Accepted) return {Transmit{}};
  return then(move({.event = CommandEvent::TurnCame}), {Transmit{}});
}

Effects OrderProcedure::identified(const OperationResult& result, Now) {
  if (!result) {
    if (result.error().reason == OperationFault::Reason::Unsupported) return prepared();
    return turn_later({.event = CommandEvent::TurnLost,
                       .reason = Reason::WaitingForMeter,
                       .detail = result.error().what});
  }
  const auto* identity = std::get_if<operation::Identity>(&*result);
  if (identity == nullptr) return {};
  if (!facts_.expected_serial.empty() && identity->serial.text() != facts_.expected_serial) {
    return move({.event = CommandEvent::Impossible,
                 .reason = Reason::WrongMeter,
                 .detail = "serial number " + identity->serial.text() + " answered, " +
                           facts_.expected_serial + " is expected"});
  }
  return prepared();
}

bool OrderProcedure::can_count() const {
  return facts_.capabilities.has(Capability::Transactions) &&
         facts_.capabilities.has(Capability::ReadRelay);
}

Effects OrderProcedure::prepared() {
  if (facts_.transaction_known || !can_count()) return transmit();
  // The relay's state carries the id of the last remote order (utrn-and-premier.md 1.1).
  stage_ = Stage::Counting;
  return {Perform{operation::ReadRelay{}}};
}

Effects OrderProcedure::counted(const OperationResult& result, Now) {
  if (!result && result.error().reason != OperationFault::Reason::Unsupported) {
    return turn_later({.event = CommandEvent::TurnLost,
                       .reason = Reason::WaitingForMeter,
                       .detail = result.error().what});
  }
  facts_.transaction_known = true;
  return transmit();
}

Effects OrderProcedure::ordered(const OperationResult& result, Now now) {
  if (result) {
    const auto* answer = std::get_if<operation::OrderAnswer>(&*result);
    if (answer == nullptr) return {};
    if (const auto* taken = std::get_if<operation::OrderTaken>(answer)) {
      return move({.event = CommandEvent::MeterAccepted, .taken = *taken});
    }
    const auto& refused = std::get<operation::OrderRefused>(*answer);
    if (refused.refusal == operation::MeterRefusal::StaleTransaction && can_count() &&
        attempt_ < policy_.max_attempts) {
      // Proof that this transmission was not carried out, and that our count is behind.
      facts_.transaction_known = false;
      return turn_later({.event = CommandEvent::NothingSent,
                         .reason = Reason::NotTaken,
                         .detail = "the meter has seen a later transaction"});
    }
    return move({.event = CommandEvent::MeterRefused,
                 .reason = Reason::MeterRefused,
                 .meter_reason = refused.refusal,
                 .meter_raw = refused.raw});
  }
  const OperationFault& fault = result.error();
  if (fault.reason == OperationFault::Reason::Unsupported) {
    return move({.event = CommandEvent::Impossible,
                 .reason = Reason::UnsupportedByMeter,
                 .detail = fault.what});
  }
  if (!fault.order_may_have_arrived) {
    return turn_later(
        {.event = CommandEvent::NothingSent, .reason = reason_of(fault), .detail = fault.what});
  }
  return then(
      move({.event = CommandEvent::AnswerLost, .reason = reason_of(fault), .detail = fault.what}),
      settle_later(now));
}

Effects OrderProcedure::settle(Now now) {
  if (!settle_deadline_) {
    // After a restart the limit counts from the transmission, not from the restart. But however
    // long the box was off, or its clock was wrong, the meter is asked before that is the end.
    const auto already = sent_at_ ? std::max(now.utc - *sent_at_, std::chrono::milliseconds{0})
                                  : std::chrono::milliseconds{0};
    settle_deadline_ =
        now.instant + std::max<Duration>(policy_.settle_limit - already, policy_.settle_pause_max);
  }
  if (now.instant >= *settle_deadline_) {
    return move({.event = CommandEvent::SettleDeadline, .reason = Reason::SettlingTimedOut});
  }
  auto asked = question();
  if (!asked) {
    // Nothing on this model can tell; the honest end comes with the deadline.
    stage_ = Stage::Pausing;
    return {Wait{*settle_deadline_ - now.instant}};
  }
  // Another meter may stand at the address by now, and knows nothing of the order.
  if (facts_.can_identify && !facts_.expected_serial.empty()) {
    stage_ = Stage::Recognising;
    return {Perform{operation::Identify{}}};
  }
  stage_ = Stage::Settling;
  return {Perform{*std::move(asked)}};
}

std::optional<operation::Operation> OrderProcedure::question() const {
  if (facts_.capabilities.has(Capability::Transactions)) {
    return operation::ReadTransaction{transaction_};
  }
  if (wanted_relay() && facts_.capabilities.has(Capability::ReadRelay)) {
    return operation::ReadRelay{};
  }
  if (std::holds_alternative<SetClock>(params_) && facts_.capabilities.has(Capability::ReadClock)) {
    return operation::ReadClock{};
  }
  return std::nullopt;
}

Effects OrderProcedure::recognised(const OperationResult& result, Now now) {
  if (result) {
    const auto* identity = std::get_if<operation::Identity>(&*result);
    if (identity == nullptr || identity->serial.text() != facts_.expected_serial) {
      return settle_later(now);
    }
  } else if (result.error().reason != OperationFault::Reason::Unsupported) {
    return settle_later(now);
  }
  auto asked = question();
  if (!asked) return settle_later(now);
  stage_ = Stage::Settling;
  return {Perform{*std::move(asked)}};
}

Effects OrderProcedure::settle_later(Now now) {
  if (!settle_deadline_) {
    settle_deadline_ = now.instant + policy_.settle_limit;
  }
  stage_ = Stage::Pausing;
  settle_pause_ = std::clamp(settle_pause_ * 2, policy_.settle_pause_min, policy_.settle_pause_max);
  return {Wait{std::min(settle_pause_, *settle_deadline_ - now.instant)}};
}

operation::TransactionEvidence OrderProcedure::evidence(const operation::Answer& answer,
                                                        Now now) const {
  if (const auto* said = std::get_if<operation::TransactionEvidence>(&answer)) return *said;
  if (const auto* relay = std::get_if<RelayReading>(&answer)) {
    return relay_evidence(relay->state, now);
  }
  if (const auto* clock = std::get_if<operation::ClockReading>(&answer)) {
    const auto read_at = std::chrono::floor<std::chrono::seconds>(clock->read_at);
    const auto sent = sent_at_ ? std::chrono::floor<std::chrono::seconds>(*sent_at_) : read_at;
    // After a restart: without a time of its own, the order carried that of its sending.
    const auto set = clock_sent_.value_or(std::get<SetClock>(params_).time.value_or(sent));
    const auto target = set + (read_at - sent);
    if (std::chrono::abs(clock->meter_time - target) <= policy_.clock_tolerance) {
      return operation::OrderTaken{};
    }
    return operation::TransactionNotTaken{};
  }
  return operation::TransactionUnknown{};
}

operation::TransactionEvidence OrderProcedure::relay_evidence(SupplyState found, Now now) const {
  const auto wanted = wanted_relay();
  if (found == wanted) return operation::OrderTaken{};
  // An older state proves nothing while the relay may be moving; and at an armed one somebody may
  // have pressed the button since (class 70, transition (e)).
  const bool is_moving = sent_at_ && now.utc - *sent_at_ < policy_.relay_settling;
  const bool may_be_pressed = wanted == SupplyState::Armed && found == SupplyState::On &&
                              facts_.relay_before != SupplyState::On;
  if (is_moving || may_be_pressed || found == SupplyState::Unknown) {
    return operation::TransactionUnknown{};
  }
  return operation::TransactionNotTaken{};
}

Effects OrderProcedure::settled(const OperationResult& result, Now now) {
  if (!result) return settle_later(now);
  const operation::TransactionEvidence said = evidence(*result, now);
  if (const auto* taken = std::get_if<operation::OrderTaken>(&said)) {
    return move(
        {.event = CommandEvent::ReadBackTaken, .reason = Reason::ReadBack, .taken = *taken});
  }
  if (const auto* refused = std::get_if<operation::OrderRefused>(&said)) {
    return move({.event = CommandEvent::ReadBackRefused,
                 .reason = Reason::MeterRefused,
                 .meter_reason = refused->refusal,
                 .meter_raw = refused->raw});
  }
  if (std::holds_alternative<operation::TransactionNotTaken>(said)) {
    Effects back = move({.event = CommandEvent::ReadBackNotTaken, .reason = Reason::NotTaken});
    const std::uint32_t most =
        cut_off_by_restart_ ? policy_.max_attempts_over_restarts : policy_.max_attempts;
    if (attempt_ >= most) {
      return then(std::move(back),
                  move({.event = CommandEvent::Impossible, .reason = Reason::NotTaken}));
    }
    stage_ = Stage::Pausing;
    return then(std::move(back), {Wait{policy_.turn_pause}});
  }
  return settle_later(now);
}

}  // namespace metergate::work
