// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/drivers/modbus_operations.hpp"
#include "gateway/drivers/modbus_window.hpp"

namespace metergate::modbus_driver {
namespace {

using model::FieldRole;
using Fields = std::vector<model::FieldValue>;

std::int64_t seconds_of(UtcSeconds time) { return time.time_since_epoch().count(); }
UtcSeconds time_of(std::int64_t seconds) { return UtcSeconds{std::chrono::seconds{seconds}}; }

IntervalValues channel_values(const Fields& record) {
  const IntervalMarks marks{
      static_cast<std::uint16_t>(number_of(record, FieldRole::Marks).value_or(0))};
  IntervalValues values;
  for (const model::FieldValue& value : record) {
    if (value.field.role != FieldRole::Channel) continue;
    values.push_back({value.field.channel, value.number, marks});
  }
  return values;
}

/// How far a page reaches: the meter's own word if it has one for what was read; else up to its
/// last record when there is more, else to the end of what was asked.
std::int64_t covered_to(const WindowContent& content, std::int64_t after_last, std::int64_t asked) {
  const auto said = number_of(content.header, FieldRole::CoveredTo);
  const std::int64_t reach = said && !content.is_cut ? *said : content.more() ? after_last : asked;
  return std::min(reach, asked);
}

/// A window whose records are chosen by the range they begin in: that of `Operation`.
template <typename Operation>
class ReadRange : public ReadWindow {
 public:
  ReadRange(const model::MeterModel& meter_model, const MeterAddress& address,
            const model::Window& window, Operation op, Pace pace)
      : ReadWindow{meter_model, address, window, pace}, op_{op} {}

 protected:
  const Operation op_;

 private:
  std::int64_t selector(FieldRole role) const final {
    return role == FieldRole::FromTime ? seconds_of(op_.from)
           : role == FieldRole::ToTime ? seconds_of(op_.to)
                                       : 0;
  }
};

class ReadProfile : public ReadRange<operation::ReadProfile> {
 public:
  ReadProfile(const model::MeterModel& meter_model, const MeterAddress& address,
              operation::ReadProfile op, Pace pace)
      : ReadRange{meter_model, address, *meter_model.modbus.profile, op, pace} {}

 private:
  DriverStep understand(const WindowContent& content, Now) override {
    operation::ProfilePage page;
    std::int64_t next = seconds_of(op_.from);
    const std::int64_t period = std::chrono::seconds{meter_model().capture_period}.count();
    for (const Fields& record : content.records) {
      const std::int64_t start = number_of(record, FieldRole::StartTime).value_or(0);
      if (start < next || start >= seconds_of(op_.to)) {
        return meaningless("profile record at " + rfc3339::text(time_of(start)) +
                           " does not lie between the one before and the end asked for");
      }
      page.intervals.push_back({time_of(start), channel_values(record)});
      next = start + 1;
    }
    const std::int64_t after_last = page.intervals.empty()
                                        ? seconds_of(op_.from)
                                        : seconds_of(page.intervals.back().start) + period;
    page.covered_to = time_of(covered_to(content, after_last, seconds_of(op_.to)));
    return finish(std::move(page));
  }
};

class ReadDaily : public ReadRange<operation::ReadDaily> {
 public:
  ReadDaily(const model::MeterModel& meter_model, const MeterAddress& address,
            operation::ReadDaily op, Pace pace)
      : ReadRange{meter_model, address, *meter_model.modbus.daily, op, pace} {}

 private:
  DriverStep understand(const WindowContent& content, Now) override {
    operation::DailyPage page;
    auto next = op_.from;
    for (const Fields& record : content.records) {
      const auto day = std::chrono::floor<std::chrono::days>(
          time_of(number_of(record, FieldRole::StartTime).value_or(0)));
      if (day < next || day >= op_.to) {
        return meaningless("daily record of " + rfc3339::date_text(day) +
                           " does not lie between the one before and the end asked for");
      }
      page.snapshots.push_back({day, channel_values(record)});
      next = day + std::chrono::days{1};
    }
    page.covered_to = std::chrono::floor<std::chrono::days>(
        time_of(covered_to(content, seconds_of(next), seconds_of(op_.to))));
    return finish(std::move(page));
  }
};

class ReadLog : public ReadWindow {
 public:
  ReadLog(const model::MeterModel& meter_model, const MeterAddress& address, operation::ReadLog op,
          Pace pace)
      : ReadWindow{meter_model, address, *meter_model.modbus.logs, pace}, op_{op} {}

 private:
  std::int64_t selector(FieldRole role) const override {
    if (role == FieldRole::AfterSequence) return op_.after_sequence;
    if (role != FieldRole::LogNumber) return 0;
    const auto& numbers = layout().log_numbers;
    const auto found =
        std::ranges::find_if(numbers, [&](const auto& entry) { return entry.second == op_.log; });
    return found == numbers.end() ? 0 : found->first;
  }

  DriverStep understand(const WindowContent& content, Now) override {
    operation::LogPage page;
    page.log = op_.log;
    std::uint32_t last = op_.after_sequence;
    for (const Fields& record : content.records) {
      LogEntry entry;
      entry.log = op_.log;
      entry.sequence =
          static_cast<std::uint32_t>(number_of(record, FieldRole::Sequence).value_or(0));
      if (entry.sequence <= last) {
        return meaningless("log entry " + std::to_string(entry.sequence) + " follows entry " +
                           std::to_string(last));
      }
      last = entry.sequence;
      entry.meter_time = time_of(number_of(record, FieldRole::Time).value_or(0));
      entry.raw_code =
          static_cast<std::uint16_t>(number_of(record, FieldRole::EventCode).value_or(0));
      const auto known = meter_model().event_codes.find(entry.raw_code);
      entry.code = known == meter_model().event_codes.end() ? EventCode::Unknown : known->second;
      entry.cause = static_cast<std::uint16_t>(number_of(record, FieldRole::Cause).value_or(0));
      entry.detail = static_cast<std::uint32_t>(number_of(record, FieldRole::Detail).value_or(0));
      page.entries.push_back(entry);
    }
    page.complete = !content.more();
    return finish(std::move(page));
  }

  operation::ReadLog op_;
};

}  // namespace

ExchangePtr read_profile(const model::MeterModel& meter_model, const MeterAddress& address,
                         operation::ReadProfile op, Pace pace) {
  return std::make_unique<ReadProfile>(meter_model, address, op, pace);
}

ExchangePtr read_daily(const model::MeterModel& meter_model, const MeterAddress& address,
                       operation::ReadDaily op, Pace pace) {
  return std::make_unique<ReadDaily>(meter_model, address, op, pace);
}

ExchangePtr read_log(const model::MeterModel& meter_model, const MeterAddress& address,
                     operation::ReadLog op, Pace pace) {
  return std::make_unique<ReadLog>(meter_model, address, op, pace);
}

}  // namespace metergate::modbus_driver
