// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/drivers/dlms_profile_reader.hpp"
#include "meters/event_log_number.hpp"
#include "protocols/dlms/data_access.hpp"

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

  [[nodiscard]] std::optional<std::size_t> column(std::uint16_t groups) const {
    if (groups == 0) return std::nullopt;
    const auto& columns = shape().columns;
    const auto found = std::ranges::find_if(columns, [&](const cosem::CaptureObject& object) {
      const auto& name = object.logical_name.groups();
      return ((name[2] << 8U) | name[3]) == groups;
    });
    if (found == columns.end()) return std::nullopt;
    return static_cast<std::size_t>(found - columns.begin());
  }

  [[nodiscard]] std::int64_t cell(const cosem::ProfileRow& row, std::uint16_t groups) const {
    const auto at = column(groups);
    return at ? dlms::integer_of(row.cells[*at]).value_or(0) : 0;
  }

  DriverStep understand(std::vector<cosem::ProfileRow> rows, Now) override {
    const model::DlmsLogColumns& columns = layout().log_columns;
    if (!cosem::clock_column(shape().columns) || !column(columns.code)) {
      return meaningless("the log has no time or no code among its columns");
    }
    operation::LogPage page{op_.log, {}, true};
    timed_log::Numbering numbering;
    for (const cosem::ProfileRow& row : rows) {
      LogEntry entry;
      entry.log = op_.log;
      entry.meter_time = *row.time;
      entry.sequence = numbering.next(entry.meter_time);
      if (entry.sequence <= op_.after_sequence) continue;
      entry.raw_code = static_cast<std::uint16_t>(cell(row, columns.code));
      const auto& codes = meter_model().event_codes;
      if (const auto known = codes.find(entry.raw_code); known != codes.end()) {
        entry.code = known->second;
      }
      entry.cause = static_cast<std::uint16_t>(cell(row, columns.cause));
      entry.detail = static_cast<std::uint32_t>(cell(row, columns.detail));
      page.entries.push_back(entry);
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
