// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "gateway/journal/journal.hpp"
#include "gateway/runtime/ledger_keeper.hpp"
#include "gateway/runtime/meter_unit.hpp"
#include "gateway/work/collection.hpp"
#include "gateway/work/limit_cycles.hpp"
#include "meters/operation.hpp"
#include "meters/token_log.hpp"

namespace metergate::runtime {

/// Everything a meter has told, asked or unasked, goes through here into the ledger: keyed, so that
/// hearing it twice changes nothing; with its holes noticed; with what it means for the relay and
/// the clock drawn from it.
class DataDesk {
 public:
  struct Handlers {
    /// Something of the meter's retained state changed.
    std::function<void(MeterUnit&)> state_changed;
    /// Its clock was read beyond the limit.
    std::function<void(MeterUnit&)> clock_drifts;
    /// Its token log shows a code that was keyed in by hand; told once.
    std::function<void(MeterUnit&, const token_log::KeyedCode&, UtcSeconds at)> code_keyed;
    /// This serial number answered at the meter's address, whether it is the one expected or not.
    std::function<void(MeterUnit&, const SerialNumber&)> seen;
    /// Its configuration log tells of a change of tenancy we did not know of; the new tenancy is
    /// open when this returns.
    std::function<void(MeterUnit&, const LogEntry&, Now)> tenancy_changed;
  };

  DataDesk(LedgerKeeper& keeper, journal::Journal& journal, Handlers handlers);

  void registers(MeterUnit& meter, const RegisterReading& reading);
  /// Whether a page was read going on from where collection stands, or for somebody who named a
  /// stretch of his own: that one must not carry collection past what it has not read.
  enum class Turn : std::uint8_t { InTurn, OutOfTurn };

  /// A page that holds every interval of [asked.from, page.covered_to).
  void profile_page(MeterUnit& meter, const IntervalRange& asked,
                    const operation::ProfilePage& page, Turn turn, Now now);
  void profile_push(MeterUnit& meter, const std::vector<ProfileInterval>& intervals, Now now);
  /// A page that holds every snapshot of [from, page.covered_to).
  void daily_page(MeterUnit& meter, std::chrono::sys_days from, const operation::DailyPage& page,
                  Turn turn, Now now);
  void daily_push(MeterUnit& meter, const std::vector<DailySnapshot>& snapshots, Now now);
  /// A page that holds every entry after `after` up to its own last one.
  void log_page(MeterUnit& meter, std::uint32_t after, const operation::LogPage& page, Now now);
  /// After which entry the log is to be read. Of the configuration log the last known entry is read
  /// once more: a change of tenancy empties it, and what comes then has the numbers it had before.
  [[nodiscard]] std::optional<std::uint32_t> log_read_after(const MeterUnit& meter, LogId log);
  /// Whether such a page shows that the log is another one now: it has to be read from its start.
  [[nodiscard]] bool began_anew(const MeterUnit& meter, std::uint32_t after,
                                const operation::LogPage& page);
  void log_push(MeterUnit& meter, const std::vector<LogEntry>& entries, Now now);
  void relay(MeterUnit& meter, const RelayReading& reading, Now now);
  void clock(MeterUnit& meter, const operation::ClockReading& reading);
  /// A page that goes on from the last snapshot known.
  void billing_page(MeterUnit& meter, const operation::BillingPage& page, Now now);
  void tariff(MeterUnit& meter, const TariffReading& reading, Now now);
  /// False: somebody else answers at this meter's address.
  [[nodiscard]] bool identity(MeterUnit& meter, const operation::Identity& identity, Now now);

 private:
  void log_entries(MeterUnit& meter, const std::vector<LogEntry>& entries, Now now);
  void recognise_change(MeterUnit& meter, const std::vector<LogEntry>& entries, Now now);
  [[nodiscard]] bool is_of_tenancy(const MeterUnit& meter, const LogEntry& entry);
  void read_to(MeterUnit& meter, LogId log, std::uint32_t sequence);
  void limit_at_work(MeterUnit& meter, const LogEntry& entry, Now now);
  void tell_stored(const MeterUnit& meter, std::size_t fresh, std::string_view data, Now now);
  void tell_holes(MeterUnit& meter, const work::HoleChanges& changes, Now now);

  LedgerKeeper& keeper_;
  journal::Journal& journal_;
  Handlers handlers_;
  std::map<MeterKey, work::LimitCycles> limit_cycles_;  ///< a restart counts from nothing
};

}  // namespace metergate::runtime
