// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/sim/modbus/slave_blocks.hpp"

namespace metergate::sim {
namespace {

using model::FieldRole;
using virtual_meter::VirtualMeter;

std::int64_t seconds_of(UtcSeconds time) { return time.time_since_epoch().count(); }
UtcSeconds time_of(std::int64_t seconds) { return UtcSeconds{std::chrono::seconds{seconds}}; }

/// What a window shows: the first records that fit, and whether that was all.
struct Shown {
  std::size_t count = 0;
  bool more = false;
  std::int64_t covered_to = 0;
};

BlockRegisters header(const model::Window& window, const Fields& selected, const Shown& shown) {
  Fields values;
  for (const model::Field& field : window.header.fields) {
    model::FieldValue value{field, 0, {}};
    switch (field.role) {
      case FieldRole::Count:
        value.number = static_cast<std::int64_t>(shown.count);
        break;
      case FieldRole::More:
        value.number = shown.more ? 1 : 0;
        break;
      case FieldRole::CoveredTo:
        value.number = shown.covered_to;
        break;
      default:  // what was asked, repeated
        value.number = field_number(selected, field.role);
        break;
    }
    values.push_back(std::move(value));
  }
  return model::encode_fields(values);
}

void append_record(BlockRegisters& out, Fields record) {
  const BlockRegisters registers = model::encode_fields(record);
  out.insert(out.end(), registers.begin(), registers.end());
}

Fields captured_record(const model::Window& window, std::int64_t start,
                       const IntervalValues& values) {
  Fields record;
  for (const model::Field& field : window.record) {
    model::FieldValue value{field, 0, {}};
    if (field.role == FieldRole::StartTime) value.number = start;
    if (field.role == FieldRole::Marks && !values.empty()) {
      value.number = values.front().marks.bits;
    }
    if (field.role == FieldRole::Channel) {
      const auto found = std::ranges::find(values, field.channel, &IntervalValue::channel);
      if (found != values.end()) value.number = found->value;
    }
    record.push_back(std::move(value));
  }
  return record;
}

/// Profile and daily values alike: rows with a start and captured values, a page that says how far
/// it reaches.
template <typename Row, typename StartOf>
BlockRegisters captured_window(const model::Window& window, const Fields& selected,
                               const std::vector<Row>& rows, std::int64_t page_reaches,
                               StartOf start_of) {
  Shown shown;
  shown.count = std::min<std::size_t>(rows.size(), window.max_records);
  shown.more = shown.count < rows.size();
  shown.covered_to = shown.more ? start_of(rows[shown.count]) : page_reaches;
  BlockRegisters out = header(window, selected, shown);
  for (std::size_t i = 0; i < shown.count; ++i) {
    append_record(out, captured_record(window, start_of(rows[i]), rows[i].values));
  }
  fill_up(out, window);
  return out;
}

/// The model's number for one of our codes; ours where it names none.
std::uint16_t raw_event(const model::MeterModel& meter_model, EventCode code) {
  for (const auto& [raw, ours] : meter_model.event_codes) {
    if (ours == code) return raw;
  }
  return static_cast<std::uint16_t>(code);
}

}  // namespace

BlockRegisters profile_window(const model::Window& window, const Fields& selected,
                              VirtualMeter& meter, UtcSeconds now) {
  const operation::ReadProfile read{time_of(field_number(selected, FieldRole::FromTime)),
                                    time_of(field_number(selected, FieldRole::ToTime))};
  const auto answer = meter.perform(read, now);
  operation::ProfilePage page;
  if (answer) page = std::get<operation::ProfilePage>(*answer);
  return captured_window(window, selected, page.intervals, seconds_of(page.covered_to),
                         [](const ProfileInterval& row) { return seconds_of(row.start); });
}

BlockRegisters daily_window(const model::Window& window, const Fields& selected,
                            VirtualMeter& meter, UtcSeconds now) {
  using std::chrono::ceil;
  using std::chrono::days;
  const operation::ReadDaily read{ceil<days>(time_of(field_number(selected, FieldRole::FromTime))),
                                  ceil<days>(time_of(field_number(selected, FieldRole::ToTime)))};
  const auto answer = meter.perform(read, now);
  operation::DailyPage page;
  if (answer) page = std::get<operation::DailyPage>(*answer);
  return captured_window(window, selected, page.snapshots, seconds_of(page.covered_to),
                         [](const DailySnapshot& row) { return seconds_of(row.day); });
}

BlockRegisters log_window(const model::MeterModel& meter_model, const Fields& selected,
                          VirtualMeter& meter, UtcSeconds now) {
  const model::Window& window = *meter_model.modbus.logs;
  const auto number = static_cast<std::uint16_t>(field_number(selected, FieldRole::LogNumber));
  const auto log = meter_model.modbus.log_numbers.find(number);
  operation::LogPage page;
  if (log != meter_model.modbus.log_numbers.end()) {
    const auto after = static_cast<std::uint32_t>(field_number(selected, FieldRole::AfterSequence));
    const auto answer = meter.perform(operation::ReadLog{log->second, after}, now);
    if (answer) page = std::get<operation::LogPage>(*answer);
  }
  Shown shown;
  shown.count = std::min<std::size_t>(page.entries.size(), window.max_records);
  shown.more = shown.count < page.entries.size() || (shown.count > 0 && !page.complete);
  BlockRegisters out = header(window, selected, shown);
  for (std::size_t i = 0; i < shown.count; ++i) {
    const LogEntry& entry = page.entries[i];
    Fields record;
    for (const model::Field& field : window.record) {
      model::FieldValue value{field, 0, {}};
      switch (field.role) {
        case FieldRole::Sequence:
          value.number = entry.sequence;
          break;
        case FieldRole::Time:
        case FieldRole::StartTime:
          value.number = seconds_of(entry.meter_time);
          break;
        case FieldRole::EventCode:
          value.number = raw_event(meter_model, entry.code);
          break;
        case FieldRole::Cause:
          value.number = entry.cause;
          break;
        case FieldRole::Detail:
          value.number = entry.detail;
          break;
        default:
          break;
      }
      record.push_back(std::move(value));
    }
    append_record(out, std::move(record));
  }
  fill_up(out, window);
  return out;
}

}  // namespace metergate::sim
