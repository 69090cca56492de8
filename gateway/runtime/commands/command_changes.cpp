// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "gateway/runtime/commands/command_answers.hpp"
#include "gateway/runtime/commands/command_live.hpp"
#include "gateway/work/collection.hpp"
#include "gateway/work/tenancy.hpp"

/// Changes of tenancy and of supplier: one at a time, when they are due, and never before what they
/// erase has been read to its end (promises 5 and 7).
namespace metergate::runtime {
namespace {

/// The meter's clock has surely reached the time of a dated change then, and an interval that ends
/// with it is closed and can be read (work::newest_complete).
constexpr std::chrono::seconds kAfterItsTime{6};

std::chrono::milliseconds offset_of(const MeterUnit& meter) {
  return std::chrono::milliseconds{meter.stored.clock_offset_ms.value_or(0)};
}

UtcSeconds meter_now(const MeterUnit& meter, Now now) {
  return std::chrono::floor<std::chrono::seconds>(now.utc + offset_of(meter));
}

TenancyEvidence evidence_of(CommandEvent event) {
  switch (event) {
    case CommandEvent::ReadBackTaken:
      return TenancyEvidence::ReadBack;
    case CommandEvent::DoneHere:
      return TenancyEvidence::Box;
    default:
      return TenancyEvidence::Response;
  }
}

}  // namespace

std::optional<UtcTime> CommandDesk::due_at(const Live& live) const {
  std::optional<UtcTime> due = live.command().not_before;
  const ChangeOrder* change = change_order(live.command().params);
  if (change != nullptr && change->effective) {
    const UtcTime effective = UtcTime{*change->effective} - offset_of(*live.meter) + kAfterItsTime;
    due = std::max(due.value_or(effective), effective);
  }
  return due;
}

std::optional<CommandDesk::Superseded> CommandDesk::supersede_older(const Command& newer, Now now) {
  Superseded older;
  if (change_order(newer.params) == nullptr) return older;
  for (const auto& [key, live] : live_) {
    const bool same_kind =
        live->command().meter == newer.meter && live->command().verb() == newer.verb();
    // What may have left for the meter ends by itself, and the newer one follows it.
    const auto next = next_state(live->stored.state, CommandEvent::NewerArrived);
    if (!same_kind || !next) continue;
    Step step = step_of(live->stored, *next,
                        {.event = CommandEvent::NewerArrived,
                         .reason = Reason::NewerChange,
                         .detail = "by command " + newer.id.text()},
                        now);
    if (!write_step(live->stored, step)) return std::nullopt;
    older.emplace_back(key, std::move(step));
  }
  return older;
}

CommandDesk::Prepared CommandDesk::prepare(Live& live, Now now) {
  const auto* change = std::get_if<ChangeTenancy>(&live.command().params);
  if (change == nullptr) return Prepared::Yes;
  MeterUnit& meter = *live.meter;
  const CommandKey key = live.stored.key;
  const auto resume_after = [&](Duration pause) {
    live.collected_to.reset();
    live.pause = agenda_.at(now.instant + pause, [this, key](Now later) {
      live_.at(key)->pause.reset();
      perform(key, {work::Transmit{}}, later);
    });
    return Prepared::UnderWay;
  };
  const UtcSeconds there = meter_now(meter, now);
  const auto wait = change->order.effective
                        ? *change->order.effective + kAfterItsTime - there
                        : work::boundary_wait(there, meter.schedule->capture_period);
  if (wait.count() > 0) return resume_after(wait);
  // An interval may have ended since the run began.
  const work::ProfileSchedule schedule{meter.schedule->capture_period, meter.schedule->back_fill,
                                       offset_of(meter), true};
  const UtcSeconds newest = work::newest_complete(now.utc, schedule);
  if (live.collected_to && *live.collected_to >= newest) {
    // Good for this transmission: should there be another, more will have come by then.
    live.collected_to.reset();
    return Prepared::Yes;
  }
  live.collecting_to = newest;
  CollectionOrder order;
  // The clock comes first: what the meter erases, and what it keeps for the new tenant, goes by it.
  order.what = {DataClass::Clock};
  if (!change->order.uncollected) {
    std::ranges::copy_if(kAllDataClasses, std::back_inserter(order.what),
                         [](DataClass data) { return data != DataClass::Clock; });
  }
  order.priority = live.command().priority;
  order.reach = Reach::Everything;
  live.run = std::make_unique<CollectionRun>(
      meter, data_, keeper_, std::move(order),
      [this, key](const CollectionSummary& summary, Now later) { prepared(key, summary, later); });
  live.run->start(now);
  return Prepared::UnderWay;
}

void CommandDesk::prepared(CommandKey key, const CollectionSummary& summary, Now now) {
  const auto found = live_.find(key);
  if (found == live_.end()) return;
  Live& live = *found->second;
  live.run.reset();
  if (summary.wrong_meter) {
    return perform(key,
                   {work::Move{.event = CommandEvent::Impossible,
                               .reason = Reason::WrongMeter,
                               .detail = summary.why_not}},
                   now);
  }
  const bool waived = std::get<ChangeTenancy>(live.command().params).order.uncollected;
  const auto reached = waived ? std::optional{UtcSeconds::max()} : live.collecting_to;
  live.collected_to = summary.complete || waived ? reached : std::nullopt;
  if (live.collected_to) return perform(key, {work::Transmit{}}, now);
  journal_.write(journal::kChangeWaits, now.utc,
                 {{"meter", live.meter->id().text()},
                  {"command", live.command().id.text()},
                  {"what", summary.why_not}});
  perform(key, live.order->not_ready(Reason::NotCollected, summary.why_not), now);
}

bool CommandDesk::open_tenancy(Live& live, const work::Move& move, Now now) {
  if (live.command().verb() != Verb::ChangeTenancy) return true;
  const bool done = move.event == CommandEvent::MeterAccepted ||
                    move.event == CommandEvent::ReadBackTaken ||
                    move.event == CommandEvent::DoneHere;
  return !done || tenancy_.carried_out(*live.meter, live.stored, evidence_of(move.event), now);
}

std::optional<StoredCommand> CommandDesk::change_sent(const MeterUnit& meter,
                                                      operation::TransactionId id) const {
  for (const auto& [key, live] : live_) {
    const bool is_it = live->meter == &meter && live->command().verb() == Verb::ChangeTenancy &&
                       live->stored.transaction == id && id != 0;
    if (is_it) return live->stored;
  }
  return std::nullopt;
}

}  // namespace metergate::runtime
