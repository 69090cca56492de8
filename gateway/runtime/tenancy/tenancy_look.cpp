// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/tenancy/tenancy_look.hpp"

#include <algorithm>

#include "protocols/overloaded.hpp"

namespace metergate::runtime {
TenancyLook::TenancyLook(MeterUnit& meter, const StoredTenancy& tenancy, Done done)
    : meter_{meter}, done_{std::move(done)} {
  if (!tenancy.effective) return;
  const auto begin = work::tenancy_from(*tenancy.effective, meter.schedule->capture_period);
  const ChangeActions asked = tenancy.actions.value_or(ChangeActions{});
  if (meter.can(Capability::Logs)) {
    for (const LogId log : kAllLogs) {
      const bool wanted = asked.purges(log) || (tenancy.actions && log == LogId::Configuration);
      if (wanted) operations_.push_back(operation::ReadLog{log, 0});
    }
  }
  if (asked.has(ChangeAction::PurgeProfile) && meter.can(Capability::Profile)) {
    operations_.push_back(
        operation::ReadProfile{begin.first_interval - work::kBeyondMemory, begin.first_interval});
  }
  if (asked.has(ChangeAction::PurgeSnapshots) && meter.can(Capability::Daily)) {
    operations_.push_back(
        operation::ReadDaily{begin.first_day - work::kBeyondMemory, begin.first_day});
  }
  if (tenancy.relay != RelayAfter::Unchanged && meter.can(Capability::ReadRelay)) {
    operations_.push_back(operation::ReadRelay{});
  }
}

TenancyLook::~TenancyLook() {
  if (job_) meter_.runner->withdraw(*job_);
}

void TenancyLook::start(Now now) { next(now); }

void TenancyLook::next(Now now) {
  if (operations_.empty()) {
    // The caller may destroy this while it hears of the end.
    const Done done = std::move(done_);
    return done(std::move(after_), now);
  }
  operation::Operation operation = operations_.front();
  operations_.pop_front();
  job_ = meter_.runner->submit(meter_, Priority::Synchronisation, operation,
                               [this, operation](const OperationResult& result, Now later) {
                                 job_.reset();
                                 // What the model does not have cannot be looked at; anything else
                                 // is asked again.
                                 const bool without =
                                     !result &&
                                     (result.error().reason == OperationFault::Reason::Refused ||
                                      result.error().reason == OperationFault::Reason::Unsupported);
                                 if (!result && !without) {
                                   const Done done = std::move(done_);
                                   return done(std::nullopt, later);
                                 }
                                 if (result) took(operation, *result);
                                 next(later);
                               });
}

void TenancyLook::took(const operation::Operation& asked, const operation::Answer& answer) {
  std::visit(Overloaded{
                 [&](const operation::LogPage& page) {
                   after_.logs[std::get<operation::ReadLog>(asked).log] = page.entries;
                 },
                 [&](const operation::ProfilePage& page) {
                   after_.oldest_interval = page.intervals.empty()
                                                ? std::nullopt
                                                : std::optional{page.intervals.front().start};
                 },
                 [&](const operation::DailyPage& page) {
                   after_.oldest_day = page.snapshots.empty()
                                           ? std::nullopt
                                           : std::optional{page.snapshots.front().day};
                 },
                 [&](const RelayReading& reading) { after_.relay = reading; },
                 [](const auto&) {},
             },
             answer);
}

}  // namespace metergate::runtime
