// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gateway/console/house.hpp"
#include "storage/ledger.hpp"
#include "storage/tenancy_record.hpp"

/// What the page is told of a meter's past, as JSON, read from the ledger. Only of the tenancy that
/// is open now: what earlier tenants did is theirs (promise 6). Digits of tokens are masked.
namespace metergate::console {

/// A meter, its open tenancy, and the ledger to ask.
struct MeterPast {
  const Ledger& ledger;
  const SiteId& site;
  const MeterDetails& meter;
  Epoch epoch;
  UtcTime tenancy_starts;
  std::vector<StoredTenancy> tenancies;
};
[[nodiscard]] Stored<MeterPast> past_of(const Ledger& ledger, const SiteId& site,
                                        const MeterDetails& meter);

/// Everything about the meter but long lists.
[[nodiscard]] Stored<std::string> meter_json(const MeterPast& past, UtcTime now);
[[nodiscard]] Stored<std::string> profile_json(const MeterPast& past, UtcSeconds from,
                                               UtcSeconds to, UtcTime now);
[[nodiscard]] Stored<std::string> daily_json(const MeterPast& past, std::chrono::sys_days from,
                                             std::chrono::sys_days to, UtcTime now);
/// The newest entries of all the meter's logs.
[[nodiscard]] Stored<std::string> logs_json(const MeterPast& past, UtcTime now);
/// The newest commands with all their steps.
[[nodiscard]] Stored<std::string> commands_json(const MeterPast& past, std::size_t limit);

/// The newest lines of the journal about the meter, debug left out; oldest first.
[[nodiscard]] Stored<std::string> events_json(const MeterPast& past);

/// Whether a line of the journal may be shown: of a meter only what was said in its open tenancy.
[[nodiscard]] Stored<bool> may_show(const Ledger& ledger, const JournalRow& row);

}  // namespace metergate::console
