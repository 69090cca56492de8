// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/collection/collection_desk.hpp"

#include <algorithm>
#include <utility>

namespace metergate::runtime {
namespace {

/// Meters on a broker are many and not kept apart by a line: their first reads are spread.
constexpr std::chrono::milliseconds kMqttSpread{10'000};
/// What a meter keeps of what happens to it.
constexpr std::array kTelling{DataClass::Logs, DataClass::Relay, DataClass::Profile};
constexpr std::chrono::seconds kBetweenEarly{30};
/// After a run that broke off for another reason than the meter's silence.
constexpr std::chrono::seconds kTryAgainAfter{5};

std::chrono::milliseconds spread_of(const MeterUnit& meter) {
  if (meter.model->protocol != model::Protocol::Mqtt) return std::chrono::milliseconds{0};
  const auto hash = std::hash<std::string>{}(meter.id().text());
  return std::chrono::milliseconds{hash % static_cast<std::size_t>(kMqttSpread.count())};
}

}  // namespace

std::chrono::seconds interval_of(const config::Schedule& schedule, DataClass data) {
  switch (data) {
    case DataClass::Registers:
      return schedule.registers;
    case DataClass::Daily:
      return schedule.daily;
    case DataClass::Profile:
      return schedule.profile;
    case DataClass::Logs:
      return schedule.logs;
    case DataClass::Clock:
      return schedule.clock;
    case DataClass::Relay:
      return schedule.relay;
    // Both change only by what the box is told or does itself.
    case DataClass::Billing:
    case DataClass::Tariff:
      return {};
  }
  return {};
}

CollectionDesk::CollectionDesk(DataDesk& data, LedgerKeeper& keeper, Agenda& agenda)
    : data_{data}, keeper_{keeper}, agenda_{agenda} {}

void CollectionDesk::add(MeterUnit& meter, Now now) { hurry(meter, now); }

void CollectionDesk::remove(MeterUnit& meter) {
  const auto found = plans_.find(&meter);
  if (found == plans_.end()) return;
  agenda_.cancel(found->second.timer);
  plans_.erase(found);
}

void CollectionDesk::hurry(MeterUnit& meter, Now now) {
  Plan& plan = plans_[&meter];
  plan.early_at.reset();  // what was planned for that is planned anew
  const Instant first = now.instant + spread_of(meter);
  for (const DataClass data : kAllDataClasses) {
    auto& due = plan.due[static_cast<std::size_t>(data)];
    const bool wanted =
        interval_of(*meter.schedule, data).count() > 0 && meter.can(capability_for(data));
    due = wanted ? std::optional{first} : std::nullopt;
  }
  if (!plan.run) arm(meter, plan, now.instant);
}

void CollectionDesk::early(MeterUnit& meter, Now now) {
  const auto found = plans_.find(&meter);
  if (found == plans_.end()) return;
  Plan& plan = found->second;
  if (plan.run) {
    plan.more_said = true;
    return;
  }
  // What is planned already will show this, too.
  if (plan.early_at && *plan.early_at > now.instant) return;
  const Instant at =
      plan.early_at ? std::max(now.instant, *plan.early_at + kBetweenEarly) : now.instant;
  plan.early_at = at;
  for (const DataClass data : kTelling) {
    auto& due = plan.due[static_cast<std::size_t>(data)];
    if (due && *due > at) due = at;
  }
  arm(meter, plan, now.instant);
}

void CollectionDesk::stop() {
  stopped_ = true;
  for (auto& [meter, plan] : plans_) agenda_.cancel(plan.timer);
  plans_.clear();
}

void CollectionDesk::arm(MeterUnit& meter, Plan& plan, Instant not_before) {
  agenda_.cancel(plan.timer);
  std::optional<Instant> first;
  for (const auto& due : plan.due) {
    if (due) first = std::min(first.value_or(*due), *due);
  }
  if (!first || stopped_) return;
  plan.timer = agenda_.at(std::max(*first, not_before), [this, &meter](Now now) {
    plans_.at(&meter).timer.reset();
    wake(meter, now);
  });
}

void CollectionDesk::wake(MeterUnit& meter, Now now) {
  Plan& plan = plans_.at(&meter);
  // A meter that left the broker announces itself; `hurry` comes then.
  if (plan.run || meter.session.state() == session::State::Offline) return;
  // What could not be kept is not asked for: the wire is left to what can be answered.
  if (!keeper_.healthy()) return arm(meter, plan, now.instant + kTryAgainAfter);
  CollectionOrder order;
  for (const DataClass data : kAllDataClasses) {
    const auto& due = plan.due[static_cast<std::size_t>(data)];
    if (due && *due <= now.instant) order.what.push_back(data);
  }
  if (order.what.empty()) return arm(meter, plan, now.instant);
  plan.run = std::make_unique<CollectionRun>(
      meter, data_, keeper_, order,
      [this, &meter, order](const CollectionSummary& summary, Now later) {
        ended(meter, order, summary, later);
      });
  plan.run->start(now);
}

void CollectionDesk::ended(MeterUnit& meter, const CollectionOrder& order,
                           const CollectionSummary& summary, Now now) {
  const auto found = plans_.find(&meter);
  if (found == plans_.end()) return;
  Plan& plan = found->second;
  plan.run.reset();
  if (!summary.complete) {
    const Instant again =
        std::max(meter.session.next_attempt().value_or(now.instant), now.instant + kTryAgainAfter);
    // A silent meter's next probe is the next run; its own pause decides when.
    const bool silent = meter.session.state() == session::State::Silent ||
                        meter.session.state() == session::State::Suspect;
    return arm(meter, plan, silent ? *meter.session.next_attempt() : again);
  }
  for (const DataClass data : order.what) {
    auto& due = plan.due[static_cast<std::size_t>(data)];
    if (!due) continue;
    const auto interval = interval_of(*meter.schedule, data);
    *due += interval;
    // Late rounds are not made up for: data is read from where it stands, not by the number of
    // reads.
    if (*due < now.instant - interval) *due = now.instant;
  }
  if (std::exchange(plan.more_said, false)) return early(meter, now);
  arm(meter, plan, now.instant);
}

}  // namespace metergate::runtime
