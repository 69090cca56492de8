// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/runtime/collection/data_desk.hpp"
#include "gateway/runtime/lines/link_runner.hpp"
#include "meters/command.hpp"

namespace metergate::runtime {

/// What one run brought home.
struct CollectionSummary {
  bool complete = false;
  std::string why_not;  ///< when incomplete
  bool wrong_meter = false;
  bool unheard = false;  ///< the meter did not answer, or could not be asked
  std::size_t intervals = 0;
  std::size_t days = 0;
  std::size_t log_entries = 0;
  std::size_t billing_snapshots = 0;
  std::optional<RegisterReading> registers;
  std::optional<RelayReading> relay;
  std::optional<operation::ClockReading> clock;
  std::optional<TariffReading> tariff;
};

/// How far back a run looks.
enum class Reach : std::uint8_t {
  New,         ///< on from where collection stands; of a new meter as far as `back_fill_days`
  Everything,  ///< also what is older than anything read so far: it is about to be erased
};

struct CollectionOrder {
  std::vector<DataClass> what;
  std::optional<UtcSeconds> from;  ///< profile and daily: a range instead of what is new
  std::optional<UtcSeconds> to;
  Priority priority = Priority::Routine;
  Reach reach = Reach::New;
};

/// Reads classes of data from one meter, one after the other and each to its end, page by page;
/// every page is kept before the next is asked for, so a run may break off anywhere.
class CollectionRun {
 public:
  using Done = std::function<void(CollectionSummary, Now)>;

  CollectionRun(MeterUnit& meter, DataDesk& data, LedgerKeeper& keeper, CollectionOrder order,
                Done done);
  ~CollectionRun();
  CollectionRun(const CollectionRun&) = delete;
  CollectionRun& operator=(const CollectionRun&) = delete;

  void start(Now now);

 private:
  void next(Now now);
  void plan(DataClass data, Now now);
  void took(const operation::Operation& asked, const operation::Answer& answer, Now now);
  void end(bool complete, std::string why, Now now);

  MeterUnit& meter_;
  DataDesk& data_;
  LedgerKeeper& keeper_;
  CollectionOrder order_;
  Done done_;
  std::deque<DataClass> classes_;
  Epoch epoch_;  ///< of the tenancy that is collected; a page of another one is thrown away
  std::deque<operation::Operation> operations_;
  CollectionSummary summary_;
  std::optional<JobId> job_;
};

}  // namespace metergate::runtime
