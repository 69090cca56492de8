// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/commands/command_desk.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/runtime/commands/command_answers.hpp"
#include "gateway/runtime/commands/command_live.hpp"
#include "gateway/runtime/commands/command_origin.hpp"
#include "gateway/runtime/storage_trouble.hpp"
#include "storage/crash_point.hpp"

namespace metergate::runtime {
namespace {

/// After that the schedule's next look has to do.
constexpr int kLooksAtRelay = 3;

/// Whether the refused request named this very command.
bool is_asked_of(const Command& known, const north::RefusedRequest& refused) {
  return known.meter.text() == (refused.meter.empty() ? kBoxName : refused.meter);
}

}  // namespace

CommandDesk::CommandDesk(LedgerKeeper& keeper, journal::Journal& journal, const Clock& clock,
                         Agenda& agenda, DataDesk& data, TokenDesk& tokens, RegistryDesk& registry,
                         TenancyDesk& tenancy, SealedDesk& sealed, const north::Topics& topics,
                         RightsInForce rights, CommandLimits limits, Handlers handlers)
    : keeper_{keeper},
      journal_{journal},
      clock_{clock},
      agenda_{agenda},
      data_{data},
      tokens_{tokens},
      registry_{registry},
      tenancy_{tenancy},
      sealed_{sealed},
      topics_{topics},
      rights_{std::move(rights)},
      limits_{limits},
      handlers_{std::move(handlers)},
      fuse_{keeper, journal, limits_.relay_off_fuse, handlers_.line_of},
      gate_{rights_, journal, limits_.requester_limit},
      mass_limit_{rights_, keeper} {}

CommandDesk::~CommandDesk() = default;

void CommandDesk::resume(Now now) {
  const auto stored = keeper_.checked(keeper_.ledger().live_commands());
  if (!stored) return;
  std::vector<CommandKey> placed;
  for (const StoredCommand& command : *stored) {
    MeterUnit* meter = handlers_.find_meter(command.command.meter);
    if (meter == nullptr) {
      end_without_meter(command, now);
    } else {
      placed.push_back(place(command, *meter, now).stored.key);
    }
  }
  // All stand in their lanes before the first goes: what may have left for the meter is settled
  // before another order follows it.
  for (const CommandKey key : placed) go(key, now);
  rights_changed(now);
}

void CommandDesk::resume_after_rollback(Now now) {
  for (const auto& [key, live] : live_) {
    agenda_.cancel(live->expiry);
    agenda_.cancel(live->pause);
    if (live->job) live->meter->runner->withdraw(*live->job);
    --live->meter->live_commands;
  }
  live_.clear();
  lanes_.clear();
  resume(now);
}

// ---- at the door --------------------------------------------------------------------------------

Submitted CommandDesk::submit(const Command& command, Now now) {
  if (stopping_) {
    return turn_away(command, {Reason::Stopping, "", "", "ask again after the restart"}, now);
  }
  if (!keeper_.healthy()) return turn_away(command, storage_unavailable(), now);
  if (auto refusal = one_too_many(command, now)) return turn_away(command, *refusal, now);
  if (traits_of(command.verb()).addressee == Addressee::Box) return submit_to_box(command, now);
  Entered entered = write_down(command, now);
  if (auto* known = std::get_if<CommandKnown>(&entered)) return std::move(*known);
  if (auto* refused = std::get_if<north::RefusedRequest>(&entered)) return std::move(*refused);
  if (!keeper_.commit()) return turn_away(command, storage_unavailable(), now);
  return begin_life(std::get<WrittenDown>(std::move(entered)), now);
}

std::optional<Refusal> CommandDesk::one_too_many(const Command& command, Now now) {
  auto refusal = gate_.objection(command, now);
  if (!refusal) return std::nullopt;
  const auto known = keeper_.checked(keeper_.ledger().find_command(command.id));
  if (known && *known) return std::nullopt;
  return refusal;
}

CommandDesk::Entered CommandDesk::write_down(const Command& command, Now now) {
  Ledger& ledger = keeper_.ledger();
  MeterUnit* meter = handlers_.find_meter(command.meter);
  const auto known = keeper_.checked(ledger.find_command(command.id));
  if (!known) return turn_away(command, storage_unavailable(), now);
  // A repeat is answered whatever the state of the queues.
  Judged judged;
  if (!*known) {
    if (auto refusal = judge(command, meter)) return turn_away(command, *std::move(refusal), now);
    auto right = judge_right(command, *meter, now);
    if (!right) return turn_away(command, std::move(right).error(), now);
    judged = std::move(*right);
  } else if (meter == nullptr) {
    return turn_away(command, unknown_meter(command), now);
  }
  // What is the same command is judged by what was asked, not by what was drawn for it.
  const Command kept = *known ? command : fuse_.spread(command, *meter, now);
  const auto outcome = keeper_.checked(
      ledger.insert_command(meter->stored.key, kept, north::body_digest(command), now.utc));
  if (!outcome) return turn_away(command, storage_unavailable(), now);
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
    return turn_away(
        command,
        {Reason::DuplicateToken, "params.token", "carried by command " + seen->by.text(),
         "a new token, or params.allow_repeat = true"},
        now);
  }
  StoredCommand stored{.key = std::get<Inserted>(*outcome).key, .command = kept};
  stored.accepted_at = now.utc;
  stored.changed_at = now.utc;
  crash_point("command-inserted");
  const Verb verb = command.verb();
  std::optional<Superseded> older;
  const bool queued =
      (!judged.tokens || tokens_.store(*judged.tokens, command, *meter, now)) &&
      (!TenancyDesk::is_change(verb) || tenancy_.record_order(command, *judged.granted, now)) &&
      (!SealedDesk::is_for_it(verb) || sealed_.carry_out(command, *judged.granted, *meter, now)) &&
      note_right(stored.key, command, judged, now) && (older = supersede_older(command, now)) &&
      keeper_.checked(ledger.enqueue(answer_message(topics_, command, Step{.at = now.utc})));
  if (!queued) return turn_away(command, storage_unavailable(), now);
  return WrittenDown{std::move(stored), meter, *std::move(older)};
}

CommandTaken CommandDesk::begin_life(WrittenDown written, Now now) {
  crash_point("command-accepted");
  for (const auto& [key, step] : written.older) {
    const auto ended = live_.find(key);
    if (ended == live_.end()) continue;
    take_step(*ended->second, step);
    finish(key, now);
  }
  tell(written.stored, Step{.at = now.utc});
  const CommandKey key = written.stored.key;
  take_up(std::move(written.stored), *written.meter, now);
  return CommandTaken{key};
}

north::RefusedRequest CommandDesk::turn_away(const Command& command, Refusal refusal, Now now) {
  const bool is_for_box = command.meter == box_id();
  north::RefusedRequest refused{std::move(refusal), command.id.text(),
                                is_for_box ? std::string{} : command.meter.text(),
                                std::string{traits_of(command.verb()).word}, command.reply_to};
  refuse(refused, now);
  return refused;
}

void CommandDesk::refuse(const north::RefusedRequest& refused, Now now) {
  // A repeat that comes after its own expiry still deserves what is known of it.
  if (const auto id = CommandId::parse(refused.command_id);
      id && refused.refusal.reason == Reason::AlreadyExpired) {
    const auto known = keeper_.checked(keeper_.ledger().find_command(*id));
    if (known && *known && is_asked_of((*known)->command, refused)) {
      Command asked = (*known)->command;
      asked.reply_to = refused.reply_to;
      return answer_again(asked, **known);
    }
  }
  handlers_.refused(refused.refusal.reason);
  // A flood is told of by its gate, once in a while.
  if (refused.refusal.reason != Reason::RateLimited) {
    journal_.write(journal::kCommandRefused, now.utc,
                   {{"command", refused.command_id},
                    {"verb", refused.verb},
                    {"meter", refused.meter},
                    {"reason", std::string{reason_word(refused.refusal.reason)}},
                    {"detail", fmt::format("{} {} {}", refused.refusal.field, refused.refusal.value,
                                           refused.refusal.expected)}});
  }
  handlers_.answer(refusal_message(topics_, refused, now.utc));
}

void CommandDesk::answer_again(const Command& asked, const StoredCommand& known) {
  const auto steps = keeper_.checked(keeper_.ledger().steps_of(known.key));
  if (!steps || steps->empty()) return;
  handlers_.answer(answer_message(topics_, asked, steps->back()));
}

// ---- lanes --------------------------------------------------------------------------------------

void CommandDesk::take_up(StoredCommand stored, MeterUnit& meter, Now now) {
  go(place(std::move(stored), meter, now).stored.key, now);
}

CommandDesk::Live& CommandDesk::place(StoredCommand stored, MeterUnit& meter, Now now) {
  const CommandKey key = stored.key;
  const Lane lane =
      traits_of(stored.command.verb()).repeatable == Repeatable::No ? Lane::Orders : Lane::Reads;
  auto live = std::make_unique<Live>(Live{std::move(stored), &meter, lane, ++last_life_});
  Live& placed = *live_.emplace(key, std::move(live)).first->second;
  ++meter.live_commands;
  placed.expires = now.instant + (placed.command().expires_at - now.utc);
  arm_expiry(placed);
  if (waits_for_turn(placed.command().verb())) lanes_[placed.lane_key()].push_back(key);
  return placed;
}

bool CommandDesk::waits_for_turn(Verb verb) {
  return verb != Verb::Cancel && verb != Verb::IssueToken && verb != Verb::ResendTokens &&
         !SealedDesk::is_for_it(verb);
}

void CommandDesk::go(CommandKey key, Now now) {
  const auto found = live_.find(key);
  if (found == live_.end()) return;
  Live& live = *found->second;
  const Verb verb = live.command().verb();
  if (waits_for_turn(verb)) return advance_lane(live.lane_key(), now);
  if (verb == Verb::Cancel) return cancel_other(live, now);
  if (verb == Verb::IssueToken || verb == Verb::ResendTokens) return tokens_made(live, now);
  sealed_.carried_out(live.command(), now);
  record(live, {.event = CommandEvent::DoneHere}, now, SealedDesk::result_of(live.command()));
  finish(key, now);
}

void CommandDesk::clock_stepped(Now now) {
  std::vector<LaneKey> lanes;
  for (const auto& [lane, queued] : lanes_) lanes.push_back(lane);
  for (const LaneKey& lane : lanes) advance_lane(lane, now);
}

void CommandDesk::arm_expiry(Live& live) {
  live.expiry =
      agenda_.at(live.expires, [this, key = live.stored.key](Now later) { expire(key, later); });
}

void CommandDesk::advance_lane(LaneKey lane, Now now) {
  if (stopping_) return;
  const auto found = lanes_.find(lane);
  if (found == lanes_.end()) return;
  const auto is_active = [this](CommandKey key) { return live_.at(key)->active; };
  if (std::ranges::any_of(found->second, is_active)) return;
  // What may have left for the meter is settled before another order covers its traces.
  for (const CommandKey key : found->second) {
    Live& live = *live_.at(key);
    if (!may_have_left(live.stored.state) || tenancy_.withholds(*live.meter, live.command())) {
      continue;
    }
    live.active = true;
    return begin(live, now);
  }
  for (const CommandKey key : found->second) {
    Live& live = *live_.at(key);
    if (tenancy_.withholds(*live.meter, live.command())) continue;
    const auto due = due_at(live);
    if (due && *due > now.utc) {
      if (!live.pause) {
        live.pause = agenda_.at(now.instant + (*due - now.utc), [this, key](Now later) {
          live_.at(key)->pause.reset();
          advance_lane(live_.at(key)->lane_key(), later);
        });
      }
      continue;
    }
    // A wall clock that was set, or a meter's clock that was read anew, brings it here before the
    // timer that waits for its time; its own pauses are to come.
    agenda_.cancel(live.pause);
    live.active = true;
    return begin(live, now);
  }
}

void CommandDesk::orders_free(MeterUnit& meter, Now now) {
  advance_lane({&meter, Lane::Orders}, now);
}

void CommandDesk::begin(Live& live, Now now) {
  if (live.lane == Lane::Reads) return begin_read(live, now);
  work::OrderPolicy policy;
  policy.settle_limit = limits_.settle_limit;
  live.order = std::make_unique<work::OrderProcedure>(
      live.command().params,
      work::OrderFacts{live.meter->expected_serial(), live.meter->model->capabilities,
                       live.meter->can_identify(), live.meter->stored.last_transaction != 0,
                       may_have_left(live.stored.state) ? SupplyState::Unknown
                                                        : live.meter->stored.supply_reported},
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
  if (live->command().origin.starts_with(kIssueOrigin) && !stopping_) {
    agenda_.at(now.instant, [this, meter = live->meter, id = live->command().id](Now later) {
      tokens_.delivery_ended(id, *meter, later);
    });
  }
  if (tokens_.waits_for_room() && !stopping_) {
    agenda_.at(now.instant, [this](Now later) { tokens_.room_made(later); });
  }
  // What an order did to the relay is read, not assumed.
  const bool reached_meter = live->stored.attempt > 0 && live->lane == Lane::Orders;
  if (reached_meter && live->meter->can(Capability::ReadRelay)) {
    look_at_relay(*live->meter, kLooksAtRelay);
  }
  advance_lane(lane, now);
}

void CommandDesk::look_at_relay(MeterUnit& meter, int looks) {
  if (stopping_ || looks == 0) return;
  meter.runner->submit(meter, Priority::Relay, operation::ReadRelay{},
                       [this, &meter, looks](const OperationResult& result, Now later) {
                         if (!result) return look_at_relay(meter, looks - 1);
                         const auto* relay = std::get_if<RelayReading>(&*result);
                         if (relay != nullptr) data_.relay(meter, *relay, later);
                       });
}

}  // namespace metergate::runtime
