// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "gateway/runtime/commands/command_answers.hpp"
#include "gateway/runtime/commands/command_live.hpp"
#include "gateway/runtime/commands/right_again.hpp"
#include "gateway/runtime/storage_trouble.hpp"
#include "storage/crash_point.hpp"

/// Orders on their way: effects performed, every step written down.
namespace metergate::runtime {
namespace {

constexpr std::chrono::hours kRelayDay{24};

}  // namespace

void CommandDesk::perform(CommandKey key, work::Effects effects, Now now) {
  // What a failed commit has rolled back is read anew once the disk takes writes again.
  if (!keeper_.healthy()) return perform_later(key, std::move(effects));
  for (std::size_t i = 0; i < effects.size(); ++i) {
    const auto found = live_.find(key);
    if (found == live_.end()) return;
    Live& live = *found->second;
    const auto rest = [&] {
      return work::Effects{
          std::make_move_iterator(effects.begin() + static_cast<std::ptrdiff_t>(i)),
          std::make_move_iterator(effects.end())};
    };
    if (auto* move = std::get_if<work::Move>(&effects[i])) {
      if (!open_tenancy(live, *move, now)) return perform_later(key, rest());
      std::string result = move->taken ? order_result(*move->taken) : std::string{};
      if (const auto* change = std::get_if<ChangeTenancy>(&live.command().params);
          change != nullptr &&
          next_state(live.stored.state, move->event) == CommandState::Succeeded) {
        result =
            change_result(*change, live.meter->stored, live.meter->model->capabilities,
                          tenancy_.clearing_of(live.command(), *live.meter, now.utc).has_value());
      }
      if (!record(live, *move, now, std::move(result))) return perform_later(key, rest());
      if (is_terminal(live.stored.state)) return finish(key, now);
    } else if (auto* todo = std::get_if<work::Perform>(&effects[i])) {
      perform_operation(live, std::move(todo->operation));
    } else if (std::holds_alternative<work::Transmit>(effects[i])) {
      if (const auto lost = right_lost(rights_, keeper_, live.stored)) {
        if (lost->reason == Reason::StorageUnavailable) return perform_later(key, rest());
        return perform(key, {withdrawn(live, *lost, now)}, now);
      }
      // It is the last effect: the preparation comes back to it.
      if (prepare(live, now) == Prepared::UnderWay) return;
      if (!live.order->sends()) {
        return perform(key, {work::Move{.event = CommandEvent::DoneHere}}, now);
      }
      switch (transmit(live, now)) {
        case Sent::Yes:
          break;
        case Sent::NotWritten:
          return perform_later(key, rest());
        case Sent::TooLate:
          return perform(
              key,
              {work::Move{.event = CommandEvent::Deadline, .reason = Reason::ExpiredBeforeSending}},
              now);
        case Sent::LimitReached:
          return perform(
              key,
              {work::Move{.event = CommandEvent::Impossible,
                          .reason = Reason::RelayLimitReached,
                          .detail = fmt::format("the meter takes {} relay orders in 24 hours",
                                                live.meter->model->relay_operations_per_day)}},
              now);
      }
    } else {
      const auto& wait = std::get<work::Wait>(effects[i]);
      live.pause = agenda_.at(now.instant + wait.length, [this, key](Now later) {
        Live& resumed = *live_.at(key);
        resumed.pause.reset();
        perform(key, resumed.order->resumed(later), later);
      });
    }
  }
}

void CommandDesk::perform_later(CommandKey key, work::Effects effects) {
  const auto found = live_.find(key);
  if (found == live_.end()) return;
  agenda_.at(clock_.now().instant + kStorageRetry,
             [this, key, life = found->second->life, effects = std::move(effects)](Now now) {
               const auto still = live_.find(key);
               if (still != live_.end() && still->second->life == life) perform(key, effects, now);
             });
}

void CommandDesk::perform_operation(Live& live, operation::Operation operation) {
  const CommandKey key = live.stored.key;
  MeterUnit& meter = *live.meter;
  live.job = meter.runner->submit(
      meter, live.command().priority, std::move(operation),
      [this, key, &meter](const OperationResult& result, Now now) {
        const auto found = live_.find(key);
        if (found == live_.end()) return;
        found->second->job.reset();
        crash_point("answer-received");
        if (result) {
          if (const auto* identity = std::get_if<operation::Identity>(&*result)) {
            static_cast<void>(data_.identity(meter, *identity, now));
          }
          if (const auto* relay = std::get_if<RelayReading>(&*result)) {
            data_.relay(meter, *relay, now);
          }
        }
        perform(key, found->second->order->performed(result, now), now);
      });
}

CommandDesk::Sent CommandDesk::transmit(Live& live, Now now) {
  Ledger& ledger = keeper_.ledger();
  MeterUnit& meter = *live.meter;
  // Nothing leaves after its time, also not for the second time.
  if (now.instant >= live.expires) return Sent::TooLate;
  const auto* relay = std::get_if<SetRelay>(&live.command().params);
  if (relay != nullptr) {
    const auto today =
        keeper_.checked(ledger.relay_orders_since(meter.stored.key, now.utc - kRelayDay));
    if (!today) return Sent::NotWritten;
    if (*today >= meter.model->relay_operations_per_day) return Sent::LimitReached;
  }
  const auto transaction =
      keeper_.checked(ledger.next_transaction(meter.stored.key, meter.stored.last_transaction));
  if (!transaction) return Sent::NotWritten;
  if (relay != nullptr &&
      !keeper_.checked(ledger.set_supply_desired(meter.stored.key, relay->state))) {
    return Sent::NotWritten;
  }
  const StoredCommand before = live.stored;
  live.stored.transaction = *transaction;
  ++live.stored.attempt;
  if (!record(live, {.event = CommandEvent::SendRecorded}, now)) {
    live.stored = before;
    return Sent::NotWritten;
  }
  meter.stored.last_transaction = *transaction;
  if (relay != nullptr) meter.stored.supply_desired = relay->state;
  crash_point("sending-recorded");
  perform_operation(live, live.order->order(*transaction, now));
  return Sent::Yes;
}

bool CommandDesk::record(Live& live, work::Move move, Now now, std::string result_json) {
  StoredCommand& stored = live.stored;
  const auto next = next_state(stored.state, move.event);
  if (!next) {
    journal_.write(journal::kInternalFault, now.utc,
                   {{"what", fmt::format("command {}: {} in state {}", stored.command.id.text(),
                                         event_word(move.event), state_word(stored.state))}});
    return true;
  }
  Step step = step_of(stored, *next, std::move(move), now);
  step.result_json = std::move(result_json);
  if (!write_step(stored, step)) return false;
  // Somebody hears of an end, and an octet follows a record of sending: both on disk first.
  const bool durable_now =
      *next == CommandState::Sending || *next == CommandState::Unconfirmed || is_terminal(*next);
  if (durable_now) {
    crash_point("step-written");
    if (!keeper_.commit()) return false;
    crash_point("step-durable");
  } else {
    keeper_.commit_soon();
  }
  take_step(live, step);
  return true;
}

Step CommandDesk::step_of(const StoredCommand& stored, CommandState next, work::Move move,
                          Now now) {
  return {.at = now.utc,
          .from = stored.state,
          .to = next,
          .attempt = stored.attempt,
          .reason = move.reason,
          .detail = std::move(move.detail),
          .meter_reason = move.meter_reason,
          .meter_raw = std::move(move.meter_raw),
          .transaction = stored.transaction,
          .result_json = {}};
}

bool CommandDesk::write_step(const StoredCommand& stored, const Step& step) {
  Ledger& ledger = keeper_.ledger();
  return keeper_.checked(ledger.append_step(stored.key, step)) &&
         keeper_.checked(ledger.enqueue(answer_message(topics_, stored.command, step)));
}

void CommandDesk::take_step(Live& live, const Step& step) {
  StoredCommand& stored = live.stored;
  stored.state = step.to;
  stored.reason = step.reason;
  stored.changed_at = step.at;
  stored.result_json = step.result_json;
  // Its time may have come while an octet could have been on its way.
  if (step.to == CommandState::Accepted && !live.expiry) arm_expiry(live);
  tell(stored, step);
}

void CommandDesk::tell(const StoredCommand& command, const Step& step) {
  journal_.write(journal_event(step), step.at, journal_fields(command.command, step));
  handlers_.step_taken(command.command, step);
}

}  // namespace metergate::runtime
