// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/lines/link_runner.hpp"

#include <algorithm>
#include <utility>

namespace metergate::runtime {
namespace {

/// A probe of a silent meter is followed by so many times its length without one,
constexpr int kProbeShare = 400;
/// but never so long that they, or as many as these, would not all find their turns well within the
/// longest pause: a pause ends for each of them at its own time, so a fifth of it is left over.
constexpr Duration::rep kLeastTurns = 2;
/// Orders come one after the other, while somebody works at a meter or a batch is vended.
constexpr Duration kOrdersFollow = std::chrono::seconds{60};

}  // namespace

LinkRunner::LinkRunner(std::string name, std::unique_ptr<Link> link, const Clock& clock,
                       Agenda& agenda, SessionChanged session_changed)
    : name_{std::move(name)},
      link_{std::move(link)},
      clock_{clock},
      agenda_{agenda},
      session_changed_{std::move(session_changed)} {}

JobId LinkRunner::submit(MeterUnit& meter, Priority priority, operation::Operation operation,
                         Done done) {
  const JobId id = ++last_job_;
  const Now begun = clock_.now();
  if (priority < Priority::Synchronisation) last_order_ = begun.instant;
  const Pace pace = pace_at(begun.instant);
  Job job{
      &meter, priority, meter.driver->start(operation, meter.address, pace), std::move(done), {}};
  job.pace = pace;
  job.is_order = job.only_now = operation::changes_meter(operation);
  job.holds_token = std::holds_alternative<operation::WriteToken>(operation);
  if (!job.is_order) job.to_begin = std::move(operation);
  Job& placed = jobs_.emplace(id, std::move(job)).first->second;
  if (stopped_) {
    agenda_.at(clock_.now().instant, [this, id](Now now) {
      step(id,
           Finished{OperationResult{failure(
               OperationFault{OperationFault::Reason::Link,
                              LinkFault{LinkFault::Reason::NotSent, "the gateway is stopping"},
                              {},
                              "the gateway is stopping"})}},
           now);
    });
    return id;
  }
  // The first step comes out of the exchange at once; what it asks for goes out in turn.
  DriverStep first = placed.exchange->begin(begun);
  if (std::holds_alternative<Finished>(first)) {
    // Never from inside this call.
    agenda_.at(clock_.now().instant, [this, id, finished = std::move(first)](Now now) mutable {
      step(id, std::move(finished), now);
    });
  } else {
    step(id, std::move(first), begun);
  }
  return id;
}

bool LinkRunner::withdraw(JobId id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return true;
  Job& job = found->second;
  if (std::ranges::find(standby_, id) != standby_.end()) static_cast<void>(clear_standby());
  if (job.on_wire) {
    job.withdrawn = true;
    return false;
  }
  if (const auto held = meter_held_by_.find(job.meter);
      held != meter_held_by_.end() && held->second == id) {
    meter_held_by_.erase(held);
  }
  agenda_.cancel(job.timer);
  ready_.erase({job.priority, id});
  jobs_.erase(found);
  return true;
}

void LinkRunner::wake(MeterUnit&) { pump_later(); }

void LinkRunner::stop() {
  stopped_ = true;
  static_cast<void>(clear_standby());
  const std::set<Key> waiting = std::exchange(ready_, {});
  for (const auto& [priority, id] : waiting) end_unsent(id, "the gateway is stopping");
}

void LinkRunner::end_unsent(JobId id, const std::string& why) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return;
  // The driver knows whether an earlier request of this operation was the order itself.
  DriverStep end = found->second.exchange->answered(
      failure(LinkFault{LinkFault::Reason::NotSent, why}), clock_.now());
  if (std::holds_alternative<Finished>(end)) step(id, std::move(end), clock_.now());
}

void LinkRunner::pump_later() {
  if (pump_planned_) return;
  pump_planned_ = true;
  agenda_.at(clock_.now().instant, [this](Now) {
    pump_planned_ = false;
    pump();
  });
}

bool LinkRunner::may_go(const Job& job, JobId id, Instant now) const {
  const auto held = meter_held_by_.find(job.meter);
  if (held != meter_held_by_.end() && held->second != id) return false;
  const auto attempt = next_attempt(job);
  return attempt && *attempt <= now;
}

LinkRunner::Key LinkRunner::key_of(JobId id) const { return {jobs_.at(id).priority, id}; }

std::optional<Instant> LinkRunner::next_attempt(const Job& job) const {
  auto attempt = job.meter->session.next_attempt();
  if (attempt && job.priority == Priority::Routine && is_silent(*job.meter)) {
    attempt = std::max(*attempt, next_probe(*job.meter));
  }
  return attempt;
}

bool LinkRunner::is_silent(const MeterUnit& meter) {
  return meter.session.state() == session::State::Silent;
}

Instant LinkRunner::next_probe(const MeterUnit& meter) const {
  // A wire that carries many requests at once is not held up by one that has no answer.
  if (link_->concurrency() > 1) return last_probe_ended_;
  const auto turns = std::max(kLeastTurns, static_cast<Duration::rep>(silent_.size()));
  const Duration turn = meter.session.longest_pause() * 4 / (5 * turns);
  return last_probe_ended_ + std::min<Duration>(last_probe_took_ * kProbeShare, turn);
}

void LinkRunner::note_silence(const MeterUnit& meter, const Job& job, Now now) {
  last_probe_ended_ = now.instant;
  last_probe_took_ = now.instant - job.sent_at;
  // One that the configuration has dropped is not tried any more.
  std::erase_if(silent_, [&](const auto& one) {
    return now.instant - one.second > 2 * meter.session.longest_pause();
  });
  silent_[&meter] = now.instant;
}

void LinkRunner::pump() {
  if (stopped_) return;
  const Now now = clock_.now();
  std::optional<Instant> next_wake;
  for (auto at = ready_.begin(); at != ready_.end() && on_wire_ < link_->concurrency();) {
    const JobId id = at->second;
    Job& job = jobs_.at(id);
    if (may_go(job, id, now.instant)) {
      at = ready_.erase(at);
      send(id, job);
      continue;
    }
    if (job.only_now && !job.meter->session.may_be_asked(now.instant)) {
      at = ready_.erase(at);
      agenda_.at(now.instant, [this, id](Now) { end_unsent(id, "the meter is set aside"); });
      continue;
    }
    const auto attempt = next_attempt(job);
    // Nobody knows when it calls again; till then what became of the order would not be asked.
    if (job.is_order && !attempt) {
      at = ready_.erase(at);
      agenda_.at(now.instant, [this, id](Now) { end_unsent(id, "the meter is not there"); });
      continue;
    }
    if (attempt && *attempt > now.instant) {
      next_wake = std::min(next_wake.value_or(*attempt), *attempt);
    }
    ++at;
  }
  if (next_wake) arm_wake(*next_wake);
  fill_standby(now.instant);
}

void LinkRunner::fill_standby(Instant now) {
  if (link_->standby_places() == 0) return;
  // The end of what is on the wire, be it its own meter's, is for the order; and till its turn
  // comes it may be called off, so it waits here.
  if (order_waits(now)) {
    static_cast<void>(clear_standby());
    return;
  }
  const auto goes_next = [&](const Key& key) {
    return may_go(jobs_.at(key.second), key.second, now);
  };
  while (on_wire_ > 0) {
    const auto next = std::ranges::find_if(ready_, goes_next);
    if (next == ready_.end()) return;
    const Key key = *next;
    const MeterUnit& meter = *jobs_.at(key.second).meter;
    // A probe is for a free wire: whether the next silent meter may be tried shows when the one
    // before has ended. Nothing stands by meanwhile, or the wire would never be free.
    const bool is_probe = key.first == Priority::Routine && is_silent(meter);
    if (!standby_.empty() && key < key_of(standby_.back())) {
      if (is_probe || !clear_standby()) return;
      continue;
    }
    // The steps of one operation follow each other.
    if (standby_.size() >= link_->standby_places() || is_probe || meter_held_by_.contains(&meter) ||
        urgent_on_wire_ > 0) {
      return;
    }
    ready_.erase(key);
    standby_.push_back(key.second);
    hand_over(key.second, jobs_.at(key.second));
  }
}

bool LinkRunner::order_waits(Instant now) const {
  for (const auto& [priority, id] : ready_) {
    if (priority == Priority::Routine) return false;
    const auto attempt = next_attempt(jobs_.at(id));
    if (attempt && *attempt <= now) return true;
  }
  return false;
}

bool LinkRunner::clear_standby() {
  while (!standby_.empty()) {
    auto request = link_->recall();
    if (!request) return false;
    const JobId id = standby_.back();
    standby_.pop_back();
    Job& job = jobs_.at(id);
    job.on_wire = false;
    job.request = std::move(request);
    meter_held_by_.erase(job.meter);
    ready_.insert({job.priority, id});
  }
  return true;
}

void LinkRunner::arm_wake(Instant when) {
  if (wake_timer_ && wake_timer_->first <= when) return;
  agenda_.cancel(wake_timer_);
  wake_timer_ = agenda_.at(when, [this](Now) {
    wake_timer_.reset();
    pump();
  });
}

Pace LinkRunner::pace_at(Instant now) const {
  const bool is_busy =
      link_->concurrency() == 1 && last_order_ && now - *last_order_ < kOrdersFollow;
  return is_busy ? Pace::Brief : Pace::Full;
}

void LinkRunner::keep_pace(Job& job, Now now) {
  const Pace pace = pace_at(now.instant);
  if (!job.to_begin || job.pace == pace) return;
  auto exchange = job.meter->driver->start(*job.to_begin, job.meter->address, pace);
  DriverStep first = exchange->begin(now);
  auto* transact = std::get_if<Transact>(&first);
  if (transact == nullptr) return;
  job.pace = pace;
  job.exchange = std::move(exchange);
  job.request = std::move(transact->request);
  job.keep_meter = transact->keep_meter;
}

void LinkRunner::send(JobId id, Job& job) {
  ++on_wire_;
  urgent_on_wire_ += job.priority == Priority::Routine ? 0U : 1U;
  hand_over(id, job);
}

void LinkRunner::hand_over(JobId id, Job& job) {
  keep_pace(job, clock_.now());
  job.on_wire = true;
  job.only_now = false;
  meter_held_by_[job.meter] = id;
  WireRequest request = std::move(*job.request);
  job.request.reset();
  request.timeout = job.meter->session.timeout();
  request.may_be_told_later = job.priority == Priority::Routine;
  if (tracers_ != nullptr && tracers_->want(job.meter->id())) job.traced = request.octets;
  job.sent_at = clock_.now().instant;
  link_->transact(std::move(request),
                  [this, id](WireResult result) { answered(id, std::move(result)); });
}

Now LinkRunner::time_of(const WireResult& result) const {
  Now now = clock_.now();
  if (!result || !result->came_at) return now;
  now.utc -= std::chrono::duration_cast<std::chrono::milliseconds>(now.instant - *result->came_at);
  now.instant = *result->came_at;
  return now;
}

void LinkRunner::answered(JobId id, WireResult result) {
  const Now now = time_of(result);
  Job& job = jobs_.at(id);
  MeterUnit& meter = *job.meter;
  job.on_wire = false;
  job.to_begin.reset();
  --on_wire_;
  urgent_on_wire_ -= job.priority == Priority::Routine ? 0U : 1U;
  busy_ += now.instant - job.sent_at;
  if (!standby_.empty()) {
    // The first of them is on its way since the answer came.
    jobs_.at(standby_.front()).sent_at = now.instant;
    standby_.pop_front();
    ++on_wire_;
  }
  if (request_ended_) request_ended_(*this, meter, result, now.instant - job.sent_at);
  if (const auto request = std::exchange(job.traced, std::nullopt)) {
    tracers_->tell({meter, name_, *request, job.holds_token, result, now.instant - job.sent_at});
  }
  if (!job.keep_meter || job.withdrawn) meter_held_by_.erase(&meter);

  std::optional<session::Change> change;
  std::string why;
  if (result) {
    change = meter.session.answered(result->round_trip, now);
    silent_.erase(&meter);
  } else {
    why = result.error().what;
    // A line that is not there says nothing about the meter.
    if (result.error().reason != LinkFault::Reason::NotSent) {
      const bool was_heard = result.error().reason == LinkFault::Reason::BadFrame;
      change = meter.session.failed(
          was_heard ? session::Failure::Damaged : session::Failure::Silence, now);
    }
    if (is_silent(meter)) note_silence(meter, job, now);
  }
  if (job.withdrawn) {
    jobs_.erase(id);
  } else {
    // The driver may bring the line to a halt by its own step; the session is told of first.
    DriverStep next = job.exchange->answered(std::move(result), now);
    if (change) session_changed_(meter, *std::exchange(change, std::nullopt), why);
    step(id, std::move(next), now);
  }
  if (change) session_changed_(meter, *change, why);
  pump();
}

void LinkRunner::step(JobId id, DriverStep next, Now now) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return;
  Job& job = found->second;
  if (auto* transact = std::get_if<Transact>(&next)) {
    job.request = std::move(transact->request);
    job.keep_meter = transact->keep_meter;
    ready_.insert({job.priority, id});
    pump_later();
    return;
  }
  if (const auto* pause = std::get_if<Pause>(&next)) {
    job.timer = agenda_.at(now.instant + pause->length, [this, id](Now later) {
      const auto resumed = jobs_.find(id);
      if (resumed == jobs_.end()) return;
      resumed->second.timer.reset();
      step(id, resumed->second.exchange->resume(later), later);
    });
    return;
  }
  // Out of the list before the caller hears of it: it may submit or withdraw.
  const Done done = std::move(job.done);
  if (const auto held = meter_held_by_.find(job.meter);
      held != meter_held_by_.end() && held->second == id) {
    meter_held_by_.erase(held);
  }
  jobs_.erase(found);
  done(std::move(std::get<Finished>(next).result), now);
}

}  // namespace metergate::runtime
