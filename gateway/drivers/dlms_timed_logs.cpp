// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/dlms_profile_reader.hpp"
#include "meters/event_log_number.hpp"

namespace metergate::dlms_driver {
namespace {

/// An event log whose rows have no running number, as IDIS and GBCS have them: the number is made
/// of the row's time (meters/event_log_number.hpp), and news are the rows from a while before the
/// last one known.
class ReadTimedLog : public ReadProfileRows {
 public:
  ReadTimedLog(const Subject& subject, operation::ReadLog op)
      : ReadProfileRows{subject, subject.layout().logs.at(op.log)}, op_{op} {}

  DriverStep begin(Now now) override {
    asked_at_ = std::chrono::floor<std::chrono::seconds>(now.utc);
    return ReadProfileRows::begin(now);
  }

 private:
  /// A clock that runs ahead stamps rows that are not yet: they are wanted too.
  static constexpr std::chrono::days kAhead{3'650};

  Wanted wanted(std::chrono::seconds) override {
    return {timed_log::read_from(op_.after_sequence), asked_at_ + kAhead};
  }

  DriverStep understand(std::vector<cosem::ProfileRow> rows, Now) override {
    const auto& columns = shape().columns;
    if (!cosem::clock_column(columns) || !column_of(columns, layout().log_columns.code)) {
      return meaningless("the log has no time or no code among its columns");
    }
    operation::LogPage page{op_.log, {}, true};
    timed_log::Numbering numbering;
    for (const cosem::ProfileRow& row : rows) {
      LogEntry entry = log_entry_of(row, columns, op_.log, meter_model());
      entry.sequence = numbering.next(entry.meter_time);
      if (entry.sequence > op_.after_sequence) page.entries.push_back(entry);
    }
    return finish(std::move(page));
  }

  operation::ReadLog op_;
  UtcSeconds asked_at_;
};

}  // namespace

ExchangePtr read_timed_log(Subject subject, operation::ReadLog op) {
  return std::make_unique<ReadTimedLog>(subject, op);
}

}  // namespace metergate::dlms_driver
