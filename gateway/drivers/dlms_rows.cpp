// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/dlms_rows.hpp"

#include <algorithm>
#include <utility>

#include "protocols/cosem/classes.hpp"
#include "protocols/dlms/data_access.hpp"

namespace metergate::dlms_driver {
namespace {

bool is_status(const cosem::CaptureObject& column) {
  const auto& groups = column.logical_name.groups();
  return column.class_id == cosem::data::kClass && groups[2] == 96 && groups[3] == 10;
}

IntervalMarks marks_of(const cosem::ProfileRow& row,
                       const std::vector<cosem::CaptureObject>& columns,
                       const model::DlmsLayout& layout) {
  IntervalMarks marks;
  const auto mark = [&marks](std::uint16_t bit) {
    marks.bits = static_cast<std::uint16_t>(marks.bits | bit);
  };
  const auto has = [&row](std::uint8_t bits) { return (row.clock_status & bits) != 0; };
  if (has(dlms::clock_status::kDaylightSaving)) mark(IntervalMarks::kDaylightSaving);
  if (has(dlms::clock_status::kInvalidValue | dlms::clock_status::kDoubtfulValue)) {
    mark(IntervalMarks::kDoubtful);
  }
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (!is_status(columns[i])) continue;
    const auto status = dlms::integer_of(row.cells[i]).value_or(0);
    for (const auto& [bits, meaning] : layout.status_marks) {
      if ((status & bits) != 0) mark(meaning);
    }
  }
  return marks;
}

}  // namespace

Result<IntervalValues, std::string> values_of(const cosem::ProfileRow& row,
                                              const SeenProfile& profile,
                                              const model::DlmsLayout& layout,
                                              const std::vector<model::Channel>& channels) {
  const auto& columns = profile.shape.columns;
  const IntervalMarks marks = marks_of(row, columns, layout);
  IntervalValues values;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const cosem::ObisCode& name = columns[i].logical_name;
    const auto channel = std::ranges::find(channels, name, &model::Channel::obis);
    if (channel == channels.end() || row.cells[i].is<dlms::NullData>()) continue;
    const auto scaler = profile.scalers.find(i);
    const auto number = dlms::integer_of(row.cells[i]);
    const auto value = number && scaler != profile.scalers.end()
                           ? cosem::rescaled(*number, scaler->second, channel->scale)
                           : std::nullopt;
    if (!value) return failure("channel " + name.text() + " is no number in the model's step");
    values.push_back({name, *value, marks});
  }
  return values;
}

void append(std::vector<ProfileInterval>& intervals, ProfileInterval next) {
  if (!intervals.empty() && intervals.back().start >= next.start) {
    std::erase_if(intervals, [&](const ProfileInterval& one) { return one.start >= next.start; });
  }
  intervals.push_back(std::move(next));
}

void append(std::vector<DailySnapshot>& snapshots, DailySnapshot next) {
  if (!snapshots.empty() && snapshots.back().day >= next.day) return;
  snapshots.push_back(std::move(next));
}

std::optional<std::size_t> column_of(const std::vector<cosem::CaptureObject>& columns,
                                     std::uint16_t groups) {
  if (groups == 0) return std::nullopt;
  const auto found = std::ranges::find_if(columns, [&](const cosem::CaptureObject& column) {
    const auto& name = column.logical_name.groups();
    return ((name[2] << 8U) | name[3]) == groups;
  });
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

LogEntry log_entry_of(const cosem::ProfileRow& row,
                      const std::vector<cosem::CaptureObject>& columns, LogId log,
                      const model::MeterModel& meter_model) {
  const auto cell = [&](std::uint16_t groups) -> std::int64_t {
    const auto at = column_of(columns, groups);
    return at ? dlms::integer_of(row.cells[*at]).value_or(0) : 0;
  };
  const model::DlmsLogColumns& at = meter_model.dlms.log_columns;
  LogEntry entry;
  entry.log = log;
  entry.sequence = static_cast<std::uint32_t>(cell(at.sequence));
  entry.meter_time = row.time.value_or(UtcSeconds{});
  entry.raw_code = static_cast<std::uint16_t>(cell(at.code));
  const auto known = meter_model.event_codes.find(entry.raw_code);
  if (known != meter_model.event_codes.end()) entry.code = known->second;
  entry.cause = static_cast<std::uint16_t>(cell(at.cause));
  entry.detail = static_cast<std::uint32_t>(cell(at.detail));
  return entry;
}

}  // namespace metergate::dlms_driver
