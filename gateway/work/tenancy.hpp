// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/work/policy.hpp"
#include "meters/billing.hpp"
#include "meters/command.hpp"
#include "meters/event_log.hpp"
#include "meters/load_profile.hpp"
#include "meters/tariff.hpp"
#include "storage/tenancy_record.hpp"

/// A change of tenancy as the box sees it: where the new tenancy begins, by what it is recognised,
/// and whether the meter has done what it was asked (utrn-and-premier.md 1.7). Pure.
namespace metergate::work {

/// An order to change at once is not sent this close to the end of an interval: whether the
/// interval belongs to the old or the new tenant would depend on how long the order takes.
inline constexpr std::chrono::seconds kBoundaryGuard{5};

/// How long to wait before a change at once may be sent; zero: now. `meter_now`: its clock.
[[nodiscard]] std::chrono::seconds boundary_wait(UtcSeconds meter_now, CapturePeriod period);

/// Where the tenancy begins that a change with this effective time opens.
[[nodiscard]] TenancyBegin tenancy_from(UtcSeconds effective, CapturePeriod period);

/// A date in the past takes nothing away from a tenancy that was over then: the next one begins no
/// earlier than the open one did.
[[nodiscard]] UtcSeconds not_before(UtcSeconds effective, const StoredMeter& meter);

/// The other's clock and ours, the way of an answer: times of the same change may differ by this.
inline constexpr std::chrono::seconds kSameChange{5};

/// Whether an entry of a meter's configuration log tells of another change than the one that opened
/// the tenancy we know of. `entry.code` is TenancyChanged.
[[nodiscard]] bool tells_of_new_tenancy(const LogEntry& entry, const StoredMeter& meter);

/// Whether what carries this time of the meter's clock can belong to the open tenancy.
[[nodiscard]] bool belongs_to_tenancy(UtcSeconds meter_time, const StoredMeter& meter);

// ---- afterwards ---------------------------------------------------------------------------------

/// What was read back from the meter after a change; absent: the model has no such thing.
struct AfterChange {
  std::map<LogId, std::vector<LogEntry>> logs;               ///< the first page of each
  std::optional<std::optional<UtcSeconds>> oldest_interval;  ///< inner empty: there is none
  std::optional<std::optional<std::chrono::sys_days>> oldest_day;
  std::optional<RelayReading> relay;
  std::optional<std::int64_t> balance_minor;
  std::optional<bool> is_prepayment;  ///< the payment mode it told beside that
  std::optional<TariffReading> tariff;
  std::optional<std::vector<BillingSnapshot>> billing;
};

/// One finding for each thing that was asked for and can be looked at.
[[nodiscard]] std::vector<TenancyCheck> verify(const StoredTenancy& tenancy, CapturePeriod period,
                                               const AfterChange& after);

}  // namespace metergate::work
