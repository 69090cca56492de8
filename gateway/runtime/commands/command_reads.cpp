// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/commands/command_answers.hpp"
#include "gateway/runtime/commands/command_live.hpp"

/// Commands that read: asked again until they are complete.
namespace metergate::runtime {

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
  live.run =
      std::make_unique<CollectionRun>(*live.meter, data_, keeper_, std::move(order),
                                      [this, key](const CollectionSummary& summary, Now later) {
                                        read_ended(key, summary, later);
                                      });
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
  // Silence costs nothing but time, and the command says itself how much of it there is.
  if (!summary.unheard && ++live.read_tries >= policy.max_attempts) {
    record(
        live,
        {.event = CommandEvent::Impossible, .reason = Reason::BadAnswer, .detail = summary.why_not},
        now);
    return finish(key, now);
  }
  record(live,
         {.event = CommandEvent::AskAgain, .reason = Reason::NoAnswer, .detail = summary.why_not},
         now);
  const session::State state = live.meter->session.state();
  const bool away = state == session::State::Silent || state == session::State::Offline;
  live.pause =
      agenda_.at(now.instant + (away ? policy.silent_pause : policy.pause), [this, key](Now later) {
        live_.at(key)->pause.reset();
        begin_read(*live_.at(key), later);
      });
}

}  // namespace metergate::runtime
