// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "storage/tenancy_record.hpp"
#include "tests/soak/promises.hpp"

/// The meter's logs: what the new tenant's shows, and that all of it has been read.
namespace metergate::soak {
namespace {

constexpr std::size_t kAll = 100'000;
/// What a change makes the meter write carries its time or one a moment earlier.
constexpr std::chrono::seconds kMoment{5};

}  // namespace

void check_logs(const Case& one) {
  const auto tenancies = boundaries(one);
  for (const Boundary& tenancy : tenancies) {
    for (const LogId log : kAllLogs) {
      const auto entries = *one.ledger.log(one.stored.key, tenancy.epoch, log, 0, kAll);
      for (const LogEntry& entry : entries) {
        one.report.count("log entries of later tenancies", 1);
        if (entry.meter_time + kMoment >= tenancy.effective) continue;
        one.broken("a tenancy shows nothing of the one before",
                   fmt::format("entries of epoch {} from {}", tenancy.epoch,
                               rfc3339::text(tenancy.effective)),
                   fmt::format("{} {} at {}", log_word(log), event_word(entry.code),
                               rfc3339::text(entry.meter_time)));
      }
    }
  }
  const UtcSeconds from = tenancies.empty() ? UtcSeconds{} : tenancies.back().effective;
  for (const LogId log : kAllLogs) {
    const auto held = *one.ledger.log(one.stored.key, one.stored.epoch, log, 0, kAll);
    for (const LogEntry& entry : one.flat.meter().log(log)) {
      const bool due = entry.meter_time >= from &&
                       entry.meter_time + std::chrono::hours{1} <= one.flat.meter().meter_time();
      if (!due) continue;
      one.report.count("log entries that must be in the ledger", 1);
      if (std::ranges::find(held, entry) != held.end()) continue;
      one.broken("no log entry lost",
                 fmt::format("{} {} in epoch {}", log_word(log), entry.sequence, one.stored.epoch),
                 fmt::format("{} at {} is not there", event_word(entry.code),
                             rfc3339::text(entry.meter_time)));
    }
  }
}

}  // namespace metergate::soak
