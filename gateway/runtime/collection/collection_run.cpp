// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/collection/collection_run.hpp"

#include <algorithm>

#include "protocols/overloaded.hpp"

namespace metergate::runtime {
namespace {

/// A page that brings nothing and covers nothing would be asked for for ever.
constexpr std::string_view kNoProgress = "the meter's page covers nothing of what was asked";

constexpr std::string_view kNewTenancy = "the tenancy changed meanwhile";

/// What of the profile is to be asked for, some of it perhaps empty; none at all when the ledger
/// cannot say where collection stands.
std::vector<IntervalRange> profile_ranges(LedgerKeeper& keeper, const StoredMeter& meter,
                                          const CollectionOrder& order,
                                          const work::ProfileSchedule& schedule, Reach reach,
                                          UtcTime now) {
  Ledger& ledger = keeper.ledger();
  const auto covered = keeper.checked(ledger.profile_covered_to(meter.key, meter.epoch));
  const auto holes = keeper.checked(ledger.holes(meter.key, meter.epoch));
  if (!covered || !holes) return {};
  const UtcSeconds newest = work::newest_complete(now, schedule);
  auto ranges = work::plan_profile({*covered, *holes}, now, schedule);
  if (order.from || order.to) {
    const UtcSeconds begin = order.from.value_or(
        covered->value_or(period_start(newest - schedule.back_fill, schedule.period)));
    ranges = {{begin, std::min(order.to.value_or(newest), newest)}};
  }
  if (reach == Reach::Everything) {
    const auto first = keeper.checked(ledger.profile_from(meter.key, meter.epoch));
    if (!first) return {};
    const UtcSeconds known =
        first->value_or(covered->value_or(ranges.empty() ? newest : ranges.back().from));
    ranges.insert(ranges.begin(),
                  {period_start(known - work::kBeyondMemory, schedule.period), known});
  }
  return ranges;
}

/// The days to be asked for, perhaps none between the two; nothing when the ledger cannot say where
/// collection stands.
std::optional<operation::ReadDaily> days_to_read(LedgerKeeper& keeper, const StoredMeter& meter,
                                                 const CollectionOrder& order,
                                                 const work::ProfileSchedule& schedule, Reach reach,
                                                 UtcTime now) {
  using std::chrono::days;
  const auto covered = keeper.checked(keeper.ledger().daily_covered_to(meter.key, meter.epoch));
  if (!covered) return std::nullopt;
  // The snapshot of a day is taken at its first second.
  const auto end = std::chrono::floor<days>(work::newest_complete(now, schedule)) + days{1};
  auto from = covered->value_or(end - std::min(schedule.back_fill, days{365}));
  auto to = end;
  if (reach == Reach::Everything) from = end - work::kBeyondMemory;
  if (order.from) from = std::chrono::floor<days>(*order.from);
  if (order.to) to = std::min(end, std::chrono::ceil<days>(*order.to));
  return operation::ReadDaily{from, to};
}

}  // namespace

CollectionRun::CollectionRun(MeterUnit& meter, DataDesk& data, LedgerKeeper& keeper,
                             CollectionOrder order, Done done)
    : meter_{meter},
      data_{data},
      keeper_{keeper},
      order_{std::move(order)},
      done_{std::move(done)},
      classes_{order_.what.begin(), order_.what.end()},
      epoch_{meter.stored.epoch} {}

CollectionRun::~CollectionRun() {
  if (job_) meter_.runner->withdraw(*job_);
}

void CollectionRun::start(Now now) {
  if (meter_.can_identify() && meter_.session.identity_is_due(now.instant)) {
    operations_.push_back(operation::Identify{});
  }
  next(now);
}

void CollectionRun::next(Now now) {
  while (operations_.empty()) {
    if (classes_.empty()) return end(true, {}, now);
    const DataClass data = classes_.front();
    classes_.pop_front();
    if (meter_.can(capability_for(data))) plan(data, now);
  }
  operation::Operation operation = operations_.front();
  operations_.pop_front();
  job_ = meter_.runner->submit(
      meter_, order_.priority, operation, [this, operation](OperationResult result, Now later) {
        job_.reset();
        if (!result) {
          summary_.unheard = result.error().reason == OperationFault::Reason::Link;
          return end(false, result.error().what, later);
        }
        // What was asked of one tenancy is no answer for the next (promise 6).
        if (meter_.stored.epoch != epoch_) return end(false, std::string{kNewTenancy}, later);
        took(operation, *result, later);
      });
}

void CollectionRun::plan(DataClass data, Now now) {
  Ledger& ledger = keeper_.ledger();
  const work::ProfileSchedule schedule{
      meter_.schedule->capture_period, meter_.schedule->back_fill,
      std::chrono::milliseconds{meter_.stored.clock_offset_ms.value_or(0)},
      order_.reach == Reach::Everything};
  // Of a tenancy that began under our eyes, everything is what is new since.
  const Reach reach = order_.reach == Reach::Everything && !meter_.stored.tenancy_from
                          ? Reach::Everything
                          : Reach::New;
  switch (data) {
    case DataClass::Registers:
      operations_.push_back(operation::ReadRegisters{});
      return;
    case DataClass::Relay:
      operations_.push_back(operation::ReadRelay{});
      return;
    case DataClass::Clock:
      operations_.push_back(operation::ReadClock{});
      return;
    case DataClass::Billing: {
      const auto last = keeper_.checked(ledger.last_billing(meter_.stored.key));
      if (last) operations_.push_back(operation::ReadBilling{*last});
      return;
    }
    case DataClass::Tariff:
      operations_.push_back(operation::ReadTariff{});
      return;
    case DataClass::Profile:
      for (const IntervalRange& range :
           profile_ranges(keeper_, meter_.stored, order_, schedule, reach, now.utc)) {
        if (range.from < range.to) {
          operations_.push_back(operation::ReadProfile{range.from, range.to});
        }
      }
      return;
    case DataClass::Daily: {
      const auto days = days_to_read(keeper_, meter_.stored, order_, schedule, reach, now.utc);
      if (days && days->from < days->to) operations_.push_back(*days);
      return;
    }
    case DataClass::Logs:
      for (const LogId log : kAllLogs) {
        if (!meter_.model->has_log(log)) continue;
        const auto after = data_.log_read_after(meter_, log);
        if (after) operations_.push_back(operation::ReadLog{log, *after});
      }
      return;
  }
}

void CollectionRun::took(const operation::Operation& asked, const operation::Answer& answer,
                         Now now) {
  const auto turn = order_.from || order_.to ? DataDesk::Turn::OutOfTurn : DataDesk::Turn::InTurn;
  bool progress = true;
  bool right_meter = true;
  std::visit(
      Overloaded{
          [&](const operation::Identity& identity) {
            right_meter = data_.identity(meter_, identity, now);
          },
          [&](const RegisterReading& reading) {
            summary_.registers = reading;
            data_.registers(meter_, reading);
          },
          [&](const operation::ProfilePage& page) {
            const auto& op = std::get<operation::ReadProfile>(asked);
            summary_.intervals += page.intervals.size();
            data_.profile_page(meter_, {op.from, op.to}, page, turn, now);
            progress = page.covered_to > op.from;
            if (progress && page.covered_to < op.to) {
              operations_.push_front(operation::ReadProfile{page.covered_to, op.to});
            }
          },
          [&](const operation::DailyPage& page) {
            const auto& op = std::get<operation::ReadDaily>(asked);
            summary_.days += page.snapshots.size();
            data_.daily_page(meter_, op.from, page, turn, now);
            progress = page.covered_to > op.from;
            if (progress && page.covered_to < op.to) {
              operations_.push_front(operation::ReadDaily{page.covered_to, op.to});
            }
          },
          [&](const operation::LogPage& page) {
            const auto after = std::get<operation::ReadLog>(asked).after_sequence;
            if (data_.began_anew(meter_, after, page)) {
              operations_.push_front(operation::ReadLog{page.log, 0});
              return;
            }
            summary_.log_entries += page.entries.size();
            data_.log_page(meter_, after, page, now);
            progress = page.complete || !page.entries.empty();
            if (!page.complete && progress) {
              operations_.push_front(operation::ReadLog{page.log, page.entries.back().sequence});
            }
          },
          [&](const operation::ClockReading& reading) {
            summary_.clock = reading;
            data_.clock(meter_, reading);
          },
          [&](const RelayReading& reading) {
            summary_.relay = reading;
            data_.relay(meter_, reading, now);
          },
          [&](const operation::BillingPage& page) {
            summary_.billing_snapshots += page.snapshots.size();
            data_.billing_page(meter_, page, now);
            progress = page.complete || !page.snapshots.empty();
            if (!page.complete && progress) {
              operations_.push_front(operation::ReadBilling{page.snapshots.back().sequence});
            }
          },
          [&](const TariffReading& reading) {
            summary_.tariff = reading;
            data_.tariff(meter_, reading, now);
          },
          [&](const auto&) { progress = false; },
      },
      answer);
  if (!right_meter) {
    summary_.wrong_meter = true;
    return end(false, "another serial number answered", now);
  }
  // A meter whose newest interval is not closed yet covers nothing of it: no fault, nothing new.
  if (!progress && !std::holds_alternative<operation::ReadProfile>(asked) &&
      !std::holds_alternative<operation::ReadDaily>(asked)) {
    return end(false, std::string{kNoProgress}, now);
  }
  next(now);
}

void CollectionRun::end(bool complete, std::string why, Now now) {
  summary_.complete = complete;
  summary_.why_not = std::move(why);
  // The caller may destroy this run while it hears of its end.
  const Done done = std::move(done_);
  const CollectionSummary summary = std::move(summary_);
  done(summary, now);
}

}  // namespace metergate::runtime
