// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>

#include "gateway/runtime/agenda.hpp"
#include "gateway/runtime/collection/collection_run.hpp"

namespace metergate::runtime {

/// Reads every meter by its schedule: whatever is due, in one run, resumed where the last one
/// ended.
class CollectionDesk {
 public:
  CollectionDesk(DataDesk& data, LedgerKeeper& keeper, Agenda& agenda);

  void add(MeterUnit& meter, Now now);
  void remove(MeterUnit& meter);
  /// Everything is due at once: the meter has come back, or its schedule has changed.
  void hurry(MeterUnit& meter, Now now);
  /// The meter says that something has happened: what it keeps of that is read now, and no more
  /// often than every half minute, however much it says.
  void early(MeterUnit& meter, Now now);
  void stop();

 private:
  struct Plan {
    std::array<std::optional<Instant>, kAllDataClasses.size()> due;  ///< empty: never by itself
    std::unique_ptr<CollectionRun> run;
    std::optional<Instant> early_at;  ///< the last read because of what the meter said, or the next
    bool more_said = false;           ///< while a run was on
    std::optional<Agenda::Entry> timer;
  };

  void arm(MeterUnit& meter, Plan& plan, Instant not_before);
  void wake(MeterUnit& meter, Now now);
  void ended(MeterUnit& meter, const CollectionOrder& order, const CollectionSummary& summary,
             Now now);

  DataDesk& data_;
  LedgerKeeper& keeper_;
  Agenda& agenda_;
  std::map<MeterUnit*, Plan> plans_;
  bool stopped_ = false;
};

/// How often the schedule reads this class; zero: never by itself.
[[nodiscard]] std::chrono::seconds interval_of(const config::Schedule& schedule, DataClass data);

}  // namespace metergate::runtime
