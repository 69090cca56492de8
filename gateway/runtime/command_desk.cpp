// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/command_desk.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "gateway/runtime/command_answers.hpp"
#include "storage/crash_point.hpp"

namespace metergate::runtime {
namespace {

constexpr std::chrono::seconds kStorageRetry{5};
constexpr std::chrono::hours kRelayDay{24};

}  // namespace

struct CommandDesk::Live {
  StoredCommand stored;
  MeterUnit* meter;
  Lane lane;
  bool active = false;
  std::unique_ptr<work::OrderProcedure> order{};
  std::unique_ptr<CollectionRun> run{};
  std::optional<JobId> job{};
  std::optional<Agenda::Entry> expiry{};
  std::optional<Agenda::Entry> pause{};
  std::uint32_t read_tries = 0;

  [[nodiscard]] const Command& command() const { return stored.command; }
  [[nodiscard]] LaneKey lane_key() const { return {meter, lane}; }
};

CommandDesk::CommandDesk(LedgerKeeper& keeper, journal::Journal& journal, const Clock& clock,
                         Agenda& agenda, DataDesk& data, const north::Topics& topics,
                         CommandLimits limits, Handlers handlers)
    : keeper_{keeper},
      journal_{journal},
      clock_{clock},
      agenda_{agenda},
      data_{data},
      topics_{topics},
      limits_{limits},
      handlers_{std::move(handlers)} {}

CommandDesk::~CommandDesk() = default;

void CommandDesk::resume(Now now) {
  const auto stored = keeper_.checked(keeper_.ledger().live_commands());
  if (!stored) return;
  for (const StoredCommand& command : *stored) {
    MeterUnit* meter = handlers_.find_meter(command.command.meter);
    if (meter != nullptr) take_up(command, *meter, now);
  }
}

// ---- at the door --------------------------------------------------------------------------------

Submitted CommandDesk::submit(const Command& command, Now now) {
  MeterUnit* meter = handlers_.find_meter(command.meter);
  if (stopping_) {
    return turn_away(command, {Reason::Stopping, "", "", "ask again after the restart"}, now);
  }
  if (!keeper_.healthy()) {
    return turn_away(command, {Reason::StorageUnavailable, "", "", "ask again later"}, now);
  }
  const auto known = keeper_.checked(keeper_.ledger().find_command(command.id));
  if (!known) {
    return turn_away(command, {Reason::StorageUnavailable, "", "", "ask again later"}, now);
  }
  // A repeat is answered whatever the state of the queues.
  if (!*known) {
    if (auto refusal = judge(command, meter)) return turn_away(command, *std::move(refusal), now);
  } else if (meter == nullptr) {
    return turn_away(command, unknown_meter(command), now);
  }
  const auto outcome = keeper_.checked(keeper_.ledger().insert_command(
      meter->stored.key, command, north::body_digest(command), now.utc));
  if (!outcome) {
    return turn_away(command, {Reason::StorageUnavailable, "", "", "ask again later"}, now);
  }
  if (const auto* there = std::get_if<AlreadyThere>(&*outcome)) {
    if (!there->same_body) {
      return turn_away(
          command, {Reason::ConflictingId, "id", command.id.text(), "a new id for a new command"},
          now);
    }
    journal_.write(journal::kCommandRepeated, now.utc,
                   {{"command", command.id.text()}, {"meter", command.meter.text()}});
    answer_again(command, there->existing);
    return CommandKnown{there->existing};
  }
  if (const auto* seen = std::get_if<TokenSeenBefore>(&*outcome)) {
    journal_.write(journal::kTokenDuplicate, now.utc,
                   {{"command", command.id.text()},
                    {"meter", command.meter.text()},
                    {"first", seen->by.text()}});
    return turn_away(command,
                     {Reason::DuplicateToken, "params.token", "carried by command " + seen->by.text(),
                      "a new token, or params.allow_repeat = true"},
                     now);
  }
  StoredCommand stored{.key = std::get<Inserted>(*outcome).key, .command = command};
  stored.accepted_at = now.utc;
  stored.changed_at = now.utc;
  const Step accepted{.at = now.utc};
  crash_point("command-inserted");
  const auto queued = keeper_.checked(
      keeper_.ledger().enqueue(answer_message(topics_, command, accepted)));
  if (!queued || !keeper_.commit()) {
    return turn_away(command, {Reason::StorageUnavailable, "", "", "ask again later"}, now);
  }
  crash_point("command-accepted");
  tell(stored, accepted);
  const CommandKey key = stored.key;
  take_up(std::move(stored), *meter, now);
  return CommandTaken{key};
}

std::optional<Refusal> CommandDesk::judge(const Command& command, const MeterUnit* meter) const {
  if (meter == nullptr || meter->removed) return unknown_meter(command);
  if (auto refusal = unsupported(command, *meter->model)) return refusal;
  if (live_.size() >= limits_.live_commands) {
    return Refusal{Reason::QueueFull, "", std::to_string(live_.size()) + " commands wait",
                   "at most " + std::to_string(limits_.live_commands) + " at once on this box"};
  }
  if (meter->live_commands >= limits_.live_commands_per_meter) {
    return Refusal{Reason::QueueFull, "", std::to_string(meter->live_commands) + " commands wait",
                   "at most " + std::to_string(limits_.live_commands_per_meter) + " for one meter"};
  }
  return std::nullopt;
}

Submitted CommandDesk::turn_away(const Command& command, Refusal refusal, Now now) {
  north::RefusedRequest refused{std::move(refusal), command.id.text(), command.meter.text(),
                                std::string{traits_of(command.verb()).word}, command.reply_to};
  refuse(refused, now);
  return refused;
}

void CommandDesk::refuse(const north::RefusedRequest& refused, Now now) {
  // A repeat that comes after its own expiry still deserves what is known of it.
  if (const auto id = CommandId::parse(refused.command_id);
      id && refused.refusal.reason == Reason::AlreadyExpired) {
    const auto known = keeper_.checked(keeper_.ledger().find_command(*id));
    if (known && *known && (*known)->command.meter.text() == refused.meter) {
      Command asked = (*known)->command;
      asked.reply_to = refused.reply_to;
      return answer_again(asked, **known);
    }
  }
  journal_.write(journal::kCommandRefused, now.utc,
                 {{"command", refused.command_id},
                  {"verb", refused.verb},
                  {"meter", refused.meter},
                  {"reason", std::string{reason_word(refused.refusal.reason)}},
                  {"detail", fmt::format("{} {} {}", refused.refusal.field, refused.refusal.value,
                                         refused.refusal.expected)}});
  answer(refusal_message(topics_, refused, now.utc));
}

void CommandDesk::answer(OutboxMessage message) {
  if (keeper_.healthy() && keeper_.checked(keeper_.ledger().enqueue(message))) {
    keeper_.commit_soon();
    return;
  }
  handlers_.answer_now(std::move(message));
}

void CommandDesk::answer_again(const Command& asked, const StoredCommand& known) {
  const auto steps = keeper_.checked(keeper_.ledger().steps_of(known.key));
  if (!steps || steps->empty()) return;
  answer(answer_message(topics_, asked, steps->back()));
}

// ---- lanes --------------------------------------------------------------------------------------

void CommandDesk::take_up(StoredCommand stored, MeterUnit& meter, Now now) {
  const CommandKey key = stored.key;
  const Lane lane = traits_of(stored.command.verb()).repeatable == Repeatable::No ? Lane::Orders
                                                                                   : Lane::Reads;
  auto live = std::make_unique<Live>(Live{std::move(stored), &meter, lane});
  Live& placed = *live_.emplace(key, std::move(live)).first->second;
  ++meter.live_commands;
  arm_expiry(placed, now);
  if (placed.command().verb() == Verb::Cancel) return cancel_other(placed, now);
  lanes_[placed.lane_key()].push_back(key);
  advance_lane(placed.lane_key(), now);
}

void CommandDesk::arm_expiry(Live& live, Now now) {
  const Instant when = now.instant + (live.command().expires_at - now.utc);
  live.expiry = agenda_.at(when, [this, key = live.stored.key](Now later) { expire(key, later); });
}

void CommandDesk::advance_lane(LaneKey lane, Now now) {
  if (stopping_) return;
  const auto found = lanes_.find(lane);
  if (found == lanes_.end()) return;
  for (const CommandKey key : found->second) {
    Live& live = *live_.at(key);
    if (live.active) return;
    const auto& not_before = live.command().not_before;
    if (not_before && *not_before > now.utc) {
      if (!live.pause) {
        live.pause = agenda_.at(now.instant + (*not_before - now.utc), [this, key](Now later) {
          live_.at(key)->pause.reset();
          advance_lane(live_.at(key)->lane_key(), later);
        });
      }
      continue;
    }
    live.active = true;
    return begin(live, now);
  }
}

void CommandDesk::begin(Live& live, Now now) {
  if (live.lane == Lane::Reads) return begin_read(live, now);
  work::OrderPolicy policy;
  policy.settle_limit = limits_.settle_limit;
  live.order = std::make_unique<work::OrderProcedure>(
      live.command().params,
      work::OrderFacts{live.meter->expected_serial(), live.meter->model->capabilities,
                       live.meter->can_identify()},
      policy,
      work::OrderPosition{live.stored.state, live.stored.attempt, live.stored.transaction,
                          live.stored.changed_at});
  perform(live.stored.key, live.order->start(now), now);
}

void CommandDesk::finish(CommandKey key, Now now) {
  const auto found = live_.find(key);
  if (found == live_.end()) return;
  const std::unique_ptr<Live> live = std::move(found->second);
  live_.erase(found);
  agenda_.cancel(live->expiry);
  agenda_.cancel(live->pause);
  if (live->job) live->meter->runner->withdraw(*live->job);
  --live->meter->live_commands;
  const LaneKey lane = live->lane_key();
  if (const auto at = lanes_.find(lane); at != lanes_.end()) {
    std::erase(at->second, key);
    if (at->second.empty()) lanes_.erase(at);
  }
  // What an order did to the relay is read, not assumed.
  MeterUnit& meter = *live->meter;
  const bool reached_meter = live->stored.attempt > 0 && live->lane == Lane::Orders;
  if (reached_meter && meter.can(Capability::ReadRelay) && !stopping_) {
    meter.runner->submit(meter, Priority::Relay, operation::ReadRelay{},
                         [this, &meter](const OperationResult& result, Now later) {
                           if (!result) return;
                           const auto* relay = std::get_if<RelayReading>(&*result);
                           if (relay != nullptr) data_.relay(meter, *relay, later);
                         });
  }
  advance_lane(lane, now);
}

// ---- orders -------------------------------------------------------------------------------------

void CommandDesk::perform(CommandKey key, work::Effects effects, Now now) {
  for (std::size_t i = 0; i < effects.size(); ++i) {
    const auto found = live_.find(key);
    if (found == live_.end()) return;
    Live& live = *found->second;
    const auto rest = [&] {
      return work::Effects{std::make_move_iterator(effects.begin() + static_cast<std::ptrdiff_t>(i)),
                           std::make_move_iterator(effects.end())};
    };
    if (auto* move = std::get_if<work::Move>(&effects[i])) {
      std::string result = move->taken ? order_result(*move->taken) : std::string{};
      if (!record(live, *move, now, std::move(result))) return perform_later(key, rest());
      if (is_terminal(live.stored.state)) return finish(key, now);
    } else if (auto* todo = std::get_if<work::Perform>(&effects[i])) {
      perform_operation(live, std::move(todo->operation));
    } else if (std::holds_alternative<work::Transmit>(effects[i])) {
      switch (transmit(live, now)) {
        case Sent::Yes: break;
        case Sent::NotWritten: return perform_later(key, rest());
        case Sent::LimitReached:
          return perform(key,
                         {work::Move{.event = CommandEvent::Impossible,
                                     .reason = Reason::RelayLimitReached,
                                     .detail = fmt::format(
                                         "the meter takes {} relay orders in 24 hours",
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
  agenda_.at(clock_.now().instant + kStorageRetry,
             [this, key, effects = std::move(effects)](Now now) { perform(key, effects, now); });
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
  const Step step{now.utc,           stored.state, *next,
                  stored.attempt,    move.reason,  std::move(move.detail),
                  move.meter_reason, std::move(move.meter_raw),
                  stored.transaction, std::move(result_json)};
  Ledger& ledger = keeper_.ledger();
  if (!keeper_.checked(ledger.append_step(stored.key, step)) ||
      !keeper_.checked(ledger.enqueue(answer_message(topics_, stored.command, step)))) {
    return false;
  }
  // Somebody hears of an end, and an octet follows a record of sending: both on disk first.
  const bool durable_now = *next == CommandState::Sending || *next == CommandState::Unconfirmed ||
                           is_terminal(*next);
  if (durable_now) {
    crash_point("step-written");
    if (!keeper_.commit()) return false;
    crash_point("step-durable");
  } else {
    keeper_.commit_soon();
  }
  stored.state = *next;
  stored.reason = step.reason;
  stored.changed_at = now.utc;
  stored.result_json = step.result_json;
  tell(stored, step);
  return true;
}

void CommandDesk::tell(const StoredCommand& command, const Step& step) {
  journal_.write(journal_event(step), step.at, journal_fields(command.command, step));
  handlers_.step_taken(command.command, step);
}

// ---- reads --------------------------------------------------------------------------------------

void CommandDesk::begin_read(Live& live, Now now) {
  const CommandKey key = live.stored.key;
  // A read that was under way when the gateway ended is simply asked again.
  if (live.stored.state == CommandState::Sending &&
      !record(live, {.event = CommandEvent::AskAgain, .reason = Reason::GatewayRestarted}, now)) {
    return;
  }
  if (live.stored.state == CommandState::Accepted &&
      !record(live, {.event = CommandEvent::TurnCame}, now)) {
    return;
  }
  ++live.stored.attempt;
  if (!record(live, {.event = CommandEvent::SendRecorded}, now)) return;
  CollectionOrder order;
  order.priority = live.command().priority;
  if (const auto* read = std::get_if<Read>(&live.command().params)) {
    order.what = read->what;
    order.from = read->from;
    order.to = read->to;
  } else {
    order.what.assign(kAllDataClasses.begin(), kAllDataClasses.end());
  }
  live.run = std::make_unique<CollectionRun>(
      *live.meter, data_, keeper_, std::move(order),
      [this, key](const CollectionSummary& summary, Now later) { read_ended(key, summary, later); });
  live.run->start(now);
}

void CommandDesk::read_ended(CommandKey key, const CollectionSummary& summary, Now now) {
  const auto found = live_.find(key);
  if (found == live_.end()) return;
  Live& live = *found->second;
  live.run.reset();
  if (summary.complete) {
    if (live.command().verb() == Verb::Synchronise) {
      journal_.write(journal::kSynchronised, now.utc, {{"meter", live.meter->id().text()}});
    }
    record(live, {.event = CommandEvent::MeterAccepted}, now, read_result(summary));
    return finish(key, now);
  }
  if (summary.wrong_meter) {
    record(live,
           {.event = CommandEvent::Impossible,
            .reason = Reason::WrongMeter,
            .detail = summary.why_not},
           now);
    return finish(key, now);
  }
  const work::ReadPolicy policy;
  if (++live.read_tries >= policy.max_attempts) {
    record(live,
           {.event = CommandEvent::Impossible,
            .reason = Reason::NoAnswer,
            .detail = summary.why_not},
           now);
    return finish(key, now);
  }
  record(live,
         {.event = CommandEvent::AskAgain, .reason = Reason::NoAnswer, .detail = summary.why_not},
         now);
  live.pause = agenda_.at(now.instant + policy.pause, [this, key](Now later) {
    live_.at(key)->pause.reset();
    begin_read(*live_.at(key), later);
  });
}

// ---- ends from outside --------------------------------------------------------------------------

void CommandDesk::cancel_other(Live& live, Now now) {
  const auto& target = std::get<Cancel>(live.command().params).command;
  const auto other = std::ranges::find_if(live_, [&](const auto& entry) {
    return entry.second->command().id == target && entry.second->meter == live.meter;
  });
  const CommandKey own = live.stored.key;
  if (other == live_.end()) {
    const auto stored = keeper_.checked(keeper_.ledger().find_command(target));
    const bool ended = stored && *stored && (*stored)->command.meter == live.command().meter;
    record(live,
           {.event = CommandEvent::Impossible,
            .reason = ended ? Reason::TooLateToCancel : Reason::UnknownCommand,
            .detail = "command " + target.text()},
           now);
  } else if (!next_state(other->second->stored.state, CommandEvent::CancelRequested)) {
    record(live,
           {.event = CommandEvent::Impossible,
            .reason = Reason::TooLateToCancel,
            .detail = fmt::format("command {} is {}", target.text(),
                                  state_word(other->second->stored.state))},
           now);
  } else {
    const CommandKey key = other->first;
    record(*other->second,
           {.event = CommandEvent::CancelRequested,
            .reason = Reason::CancelledByRequest,
            .detail = "by command " + live.command().id.text()},
           now);
    finish(key, now);
    record(*live_.at(own), {.event = CommandEvent::DoneHere}, now);
  }
  finish(own, now);
}

void CommandDesk::expire(CommandKey key, Now now) {
  const auto found = live_.find(key);
  if (found == live_.end()) return;
  Live& live = *found->second;
  live.expiry.reset();
  if (!next_state(live.stored.state, CommandEvent::Deadline)) {
    // On its way already. A read that never comes home ends here too: nothing of it can be undone.
    if (live.lane == Lane::Reads && live.stored.state == CommandState::Sending) {
      live.run.reset();
      record(live,
             {.event = CommandEvent::Impossible,
              .reason = Reason::NoAnswer,
              .detail = "expires_at passed before the read was complete"},
             now);
      finish(key, now);
    }
    return;
  }
  if (record(live, {.event = CommandEvent::Deadline, .reason = Reason::ExpiredBeforeSending},
             now)) {
    return finish(key, now);
  }
  live.expiry = agenda_.at(now.instant + kStorageRetry, [this, key](Now later) { expire(key, later); });
}

void CommandDesk::meter_awake(MeterUnit& meter, Now now) {
  for (const Lane lane : {Lane::Orders, Lane::Reads}) {
    const auto found = lanes_.find({&meter, lane});
    if (found == lanes_.end() || found->second.empty()) continue;
    Live& head = *live_.at(found->second.front());
    if (!head.active || !head.pause) continue;
    agenda_.cancel(head.pause);
    const CommandKey key = head.stored.key;
    head.pause = agenda_.at(now.instant, [this, key](Now later) {
      Live& live = *live_.at(key);
      live.pause.reset();
      if (live.order) return perform(key, live.order->resumed(later), later);
      begin_read(live, later);
    });
  }
}

void CommandDesk::meter_removed(MeterUnit& meter, Now now) {
  std::vector<CommandKey> keys;
  for (const auto& [key, live] : live_) {
    // What has left for the meter keeps its record and ends by its own deadline.
    const bool nothing_left = live->stored.state == CommandState::Accepted ||
                              live->stored.state == CommandState::Scheduled;
    if (live->meter == &meter && nothing_left) keys.push_back(key);
  }
  for (const CommandKey key : keys) {
    if (record(*live_.at(key), {.event = CommandEvent::Impossible, .reason = Reason::MeterRemoved},
               now)) {
      finish(key, now);
    }
  }
}

void CommandDesk::stop() { stopping_ = true; }

}  // namespace metergate::runtime
