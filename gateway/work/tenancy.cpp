// SPDX-License-Identifier: Apache-2.0
#include "gateway/work/tenancy.hpp"

#include <algorithm>

namespace metergate::work {
namespace {

using std::chrono::days;
using std::chrono::seconds;

std::string count_of(std::size_t number, std::string_view what) {
  return std::to_string(number) + ' ' + std::string{what};
}

/// Entries older than the change. A log that was emptied holds none.
TenancyCheck purged(std::string_view item, const std::vector<LogEntry>& entries,
                    UtcSeconds effective) {
  const auto older = std::ranges::count_if(
      entries, [&](const LogEntry& entry) { return entry.meter_time + kSameChange < effective; });
  return {std::string{item}, older == 0,
          count_of(static_cast<std::size_t>(older), "entries from before")};
}

/// After its purge the configuration log begins with the change itself (P-16, P-22).
TenancyCheck recorded(const std::vector<LogEntry>& entries, const StoredTenancy& tenancy) {
  const auto found = std::ranges::find(entries, EventCode::TenancyChanged, &LogEntry::code);
  const bool purges = tenancy.actions && tenancy.actions->has(ChangeAction::PurgeConfigurationLog);
  if (found == entries.end()) return {"recorded", false, "no entry of the change"};
  // Of a change that came late, only what is older than its time is purged.
  const bool late = found->meter_time > *tenancy.effective + kSameChange;
  const bool first = std::all_of(entries.begin(), found, [&](const LogEntry& entry) {
    return late && entry.meter_time >= *tenancy.effective;
  });
  return {"recorded", first || !purges,
          "at " + rfc3339::text(found->meter_time) + (first ? ", first entry" : "")};
}

/// A meter resets its balance in credit mode only (P-09): what is left proves something where it
/// says in which mode it is.
TenancyCheck reset(const std::string& item, std::int64_t balance_minor,
                   const std::optional<bool>& is_prepayment) {
  const std::string found = std::to_string(balance_minor) + " minor units";
  if (balance_minor == 0) return {item, true, found};
  if (!is_prepayment) return {item, std::nullopt, found};
  if (*is_prepayment) return {item, true, found + ", kept: it is in prepayment mode"};
  return {item, false, found + " in credit mode"};
}

TenancyCheck billed(ChangeAction action, BillingCause cause,
                    const std::vector<BillingSnapshot>& snapshots) {
  const auto found = std::ranges::find(snapshots, cause, &BillingSnapshot::cause);
  const bool there = found != snapshots.end();
  return {std::string{change_action_word(action)}, there,
          there ? "snapshot " + std::to_string(found->sequence) + " at " +
                      rfc3339::text(found->meter_time)
                : "no snapshot of this change"};
}

/// What the meter shows of one thing it was told to do; nothing where that was not read.
std::optional<TenancyCheck> check(ChangeAction action, UtcSeconds effective, CapturePeriod period,
                                  const AfterChange& after) {
  const std::string item{change_action_word(action)};
  if (const auto log = purged_log(action)) {
    const auto read = after.logs.find(*log);
    if (read == after.logs.end()) return std::nullopt;
    return purged(item, read->second, effective);
  }
  switch (action) {
    case ChangeAction::BillingBefore:
      if (!after.billing) return std::nullopt;
      return billed(action, BillingCause::BeforeTenancy, *after.billing);
    case ChangeAction::BillingAfter:
      if (!after.billing) return std::nullopt;
      return billed(action, BillingCause::AfterTenancy, *after.billing);
    case ChangeAction::ResetBalance:
      if (!after.balance_minor) return std::nullopt;
      return reset(item, *after.balance_minor, after.is_prepayment);
    case ChangeAction::DefaultTariff: {
      if (!after.tariff) return std::nullopt;
      const std::uint32_t active = after.tariff->active.id;
      const bool is_default = active == Tariff::kDefaultId;
      return TenancyCheck{item, is_default,
                          is_default ? "default" : "tariff " + std::to_string(active)};
    }
    case ChangeAction::PurgeProfile: {
      if (!after.oldest_interval) return std::nullopt;
      const auto& oldest = *after.oldest_interval;
      return TenancyCheck{item, !oldest || *oldest >= period_start(effective, period),
                          oldest ? "begins at " + rfc3339::text(*oldest) : "empty"};
    }
    case ChangeAction::PurgeSnapshots: {
      if (!after.oldest_day) return std::nullopt;
      const auto& oldest = *after.oldest_day;
      return TenancyCheck{item, !oldest || UtcSeconds{*oldest} >= effective,
                          oldest ? "begins on " + rfc3339::date_text(*oldest) : "empty"};
    }
    default:
      return std::nullopt;
  }
}

/// A cause of its own, such as a standing tamper, may hold the relay OFF all the same (P-20).
TenancyCheck relay_left(RelayAfter asked, const RelayReading& read) {
  const bool off = read.state == SupplyState::Off;
  const bool held = off && !read.causes.none();
  const bool holds = asked == RelayAfter::Off ? off : read.state == SupplyState::Armed || held;
  return {"relay", holds, std::string{supply_word(read.state)}};
}

}  // namespace

seconds boundary_wait(UtcSeconds meter_now, CapturePeriod period) {
  const UtcSeconds start = period_start(meter_now, period);
  if (meter_now - start < kBoundaryGuard) return kBoundaryGuard - (meter_now - start);
  const UtcSeconds end = start + period;
  if (end - meter_now <= kBoundaryGuard) return (end - meter_now) + kBoundaryGuard;
  return seconds{0};
}

TenancyBegin tenancy_from(UtcSeconds effective, CapturePeriod period) {
  TenancyBegin begin;
  begin.effective = effective;
  begin.first_interval = period_start(effective, period);
  // A midnight snapshot shows where the day begins: the first one taken under the new tenant.
  begin.first_day = std::chrono::ceil<days>(effective);
  return begin;
}

UtcSeconds not_before(UtcSeconds effective, const StoredMeter& meter) {
  return std::max(effective, meter.tenancy_from.value_or(effective));
}

bool tells_of_new_tenancy(const LogEntry& entry, const StoredMeter& meter) {
  if (!meter.tenancy_from) return true;
  if (entry.detail != 0 && entry.detail == meter.tenancy_transaction) return false;
  return entry.meter_time > *meter.tenancy_from + kSameChange;
}

bool belongs_to_tenancy(UtcSeconds meter_time, const StoredMeter& meter) {
  return !meter.tenancy_from || meter_time + kSameChange >= *meter.tenancy_from;
}

std::vector<TenancyCheck> verify(const StoredTenancy& tenancy, CapturePeriod period,
                                 const AfterChange& after) {
  std::vector<TenancyCheck> checks;
  if (!tenancy.effective) return checks;
  const UtcSeconds effective = *tenancy.effective;
  const ChangeActions asked = tenancy.actions.value_or(ChangeActions{});
  for (std::size_t i = 0; i < kChangeActions; ++i) {
    const auto action = static_cast<ChangeAction>(i);
    if (!asked.has(action)) continue;
    if (auto one = check(action, effective, period, after)) checks.push_back(*std::move(one));
  }
  if (tenancy.relay != RelayAfter::Unchanged && after.relay) {
    checks.push_back(relay_left(tenancy.relay, *after.relay));
  }
  if (const auto log = after.logs.find(LogId::Configuration);
      log != after.logs.end() && tenancy.actions) {
    checks.push_back(recorded(log->second, tenancy));
  }
  return checks;
}

}  // namespace metergate::work
