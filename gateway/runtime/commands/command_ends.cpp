// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "gateway/runtime/audit/audit_notes.hpp"
#include "gateway/runtime/commands/command_live.hpp"
#include "gateway/runtime/commands/right_again.hpp"
#include "gateway/runtime/storage_trouble.hpp"

/// Ends that come from outside: cancelling, expiry, a meter that wakes or is taken away.
namespace metergate::runtime {

void CommandDesk::cancel_other(Live& live, Now now) {
  const auto& target = std::get<Cancel>(live.command().params).command;
  const auto other = std::ranges::find_if(live_, [&](const auto& entry) {
    return entry.second->command().id == target && entry.second->meter == live.meter &&
           entry.second.get() != &live;
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

void CommandDesk::tokens_made(Live& live, Now now) {
  const CommandKey key = live.stored.key;
  MeterUnit& meter = *live.meter;
  record(live, {.event = CommandEvent::DoneHere}, now, tokens_.result_of(live.command(), meter));
  finish(key, now);
  // On a turn of its own: a delivery is a command, and may end at once.
  agenda_.at(now.instant, [this, &meter](Now later) { tokens_.deliver_due(meter, later); });
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
  live.expiry =
      agenda_.at(now.instant + kStorageRetry, [this, key](Now later) { expire(key, later); });
}

void CommandDesk::meter_awake(MeterUnit& meter, Now now) {
  for (const Lane lane : {Lane::Orders, Lane::Reads}) {
    const auto found = lanes_.find({&meter, lane});
    if (found == lanes_.end()) continue;
    // It need not be the first: what is not due yet lets others pass.
    const auto active = std::ranges::find_if(
        found->second, [this](CommandKey one) { return live_.at(one)->active; });
    if (active == found->second.end()) continue;
    const CommandKey key = *active;
    Live& waiting = *live_.at(key);
    if (!waiting.pause) continue;
    agenda_.cancel(waiting.pause);
    waiting.pause = agenda_.at(now.instant, [this, key](Now later) {
      Live& live = *live_.at(key);
      live.pause.reset();
      if (live.order) return perform(key, live.order->resumed(later), later);
      begin_read(live, later);
    });
  }
}

void CommandDesk::rights_changed(Now now) {
  std::vector<CommandKey> waiting;
  for (const auto& [key, live] : live_) {
    // What may have reached its meter is settled, whoever may give such orders now.
    const bool nothing_left = live->stored.state == CommandState::Accepted ||
                              live->stored.state == CommandState::Scheduled;
    if (nothing_left) waiting.push_back(key);
  }
  for (const CommandKey key : waiting) {
    const auto found = live_.find(key);
    if (found == live_.end()) continue;
    // Not known now, or not to be written down now: it is judged again before it is sent.
    const auto lost = right_lost(rights_, keeper_, found->second->stored);
    if (!lost || lost->reason == Reason::StorageUnavailable) continue;
    if (record(*found->second, withdrawn(*found->second, *lost, now), now)) finish(key, now);
  }
}

work::Move CommandDesk::withdrawn(const Live& live, const Refusal& lost, Now now) {
  audit_denial(keeper_, live.command(), lost, now);
  return {.event = CommandEvent::Impossible,
          .reason = lost.reason,
          .detail = fmt::format("no longer, for {} {}: it takes {}", lost.field, lost.value,
                                lost.expected)};
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

void CommandDesk::end_without_meter(const StoredCommand& stored, Now now) {
  const bool is_read = traits_of(stored.command.verb()).repeatable != Repeatable::No;
  Live orphan{stored, nullptr, is_read ? Lane::Reads : Lane::Orders, ++last_life_};
  if (is_read || !may_have_left(stored.state)) {
    record(orphan, {.event = CommandEvent::Impossible, .reason = Reason::MeterRemoved}, now);
    return;
  }
  if (stored.state == CommandState::Sending) {
    record(orphan, {.event = CommandEvent::AnswerLost, .reason = Reason::GatewayRestarted}, now);
  }
  record(orphan, {.event = CommandEvent::SettleDeadline, .reason = Reason::MeterRemoved}, now);
}

void CommandDesk::stop() { stopping_ = true; }

}  // namespace metergate::runtime
