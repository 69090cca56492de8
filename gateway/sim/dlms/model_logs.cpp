// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>

#include "gateway/sim/dlms/model_objects.hpp"
#include "gateway/sim/dlms/profile.hpp"
#include "protocols/cosem/classes.hpp"

namespace metergate::sim {
namespace {

using dlms::Data;
using virtual_meter::VirtualMeter;

/// Where a meter with fewer logs writes what the virtual meter has a log of its own for.
LogId written_to(LogId log, const model::DlmsLayout& at) {
  if (at.logs.contains(log)) return log;
  LogId other = LogId::Hardware;
  if (log == LogId::OperatingCondition) other = LogId::Supply;
  if (log == LogId::Security) other = LogId::Tamper;
  return at.logs.contains(other) ? other : at.logs.begin()->first;
}

/// The first number a model has for an event; nothing for one that it does not log.
std::optional<std::uint16_t> raw_code(const model::MeterModel& meter_model, EventCode code) {
  const auto found = std::ranges::find_if(meter_model.event_codes,
                                          [&](const auto& known) { return known.second == code; });
  if (found == meter_model.event_codes.end()) return std::nullopt;
  return found->first;
}

class ModelLog {
 public:
  ModelLog(LogId log, const model::MeterModel& meter_model)
      : columns_{meter_model.dlms.log_columns},
        codes_{std::make_shared<std::map<EventCode, std::uint16_t>>()} {
    for (const LogId one : kAllLogs) {
      if (written_to(one, meter_model.dlms) == log) sources_.push_back(one);
    }
    for (const auto& [raw, code] : meter_model.event_codes) {
      codes_->emplace(code, *raw_code(meter_model, code));
      wide_ = wide_ || raw > 0xFF;
    }
  }

  [[nodiscard]] std::vector<DlmsProfileRow> operator()(const VirtualMeter& meter, UtcSeconds from,
                                                       UtcSeconds to) const {
    std::vector<DlmsProfileRow> rows;
    for (const LogId source : sources_) {
      for (const LogEntry& entry : meter.log(source)) {
        const bool wanted = entry.meter_time >= from && entry.meter_time <= to;
        const auto code = codes_->find(entry.code);
        if (wanted && code != codes_->end()) {
          rows.push_back({entry.meter_time, cells_of(entry, code->second)});
        }
      }
    }
    std::ranges::stable_sort(rows, {}, &DlmsProfileRow::captured);
    return rows;
  }

 private:
  [[nodiscard]] dlms::DataList cells_of(const LogEntry& entry, std::uint16_t code) const {
    dlms::DataList cells{wide_ ? Data{code} : Data{static_cast<std::uint8_t>(code)}};
    if (columns_.sequence != 0) cells.emplace_back(entry.sequence);
    if (columns_.cause != 0) cells.emplace_back(entry.cause);
    if (columns_.detail != 0) cells.emplace_back(entry.detail);
    return cells;
  }

  model::DlmsLogColumns columns_;
  std::shared_ptr<std::map<EventCode, std::uint16_t>> codes_;
  std::vector<LogId> sources_;
  bool wide_ = false;
};

}  // namespace

void add_model_logs(DlmsObjects& objects, const model::MeterModel& meter_model) {
  const model::DlmsLayout& at = meter_model.dlms;
  for (const auto& [log, name] : at.logs) {
    const ModelLog rows{log, meter_model};
    DlmsProfile profile{.name = name, .columns = {clock_column()}, .capacity = 1'000};
    profile.columns.front().logical_name = at.clock.value_or(cosem::kClock);
    profile.times_are_numbers = at.times_are_numbers;
    profile.period = [](const VirtualMeter&) { return std::chrono::seconds{0}; };
    profile.rows = rows;
    std::size_t cell = 0;
    for (const std::uint16_t groups : {at.log_columns.code, at.log_columns.sequence,
                                       at.log_columns.cause, at.log_columns.detail}) {
      if (groups == 0) continue;
      const auto column = cosem::obis(0, 0, static_cast<std::uint8_t>(groups >> 8U),
                                      static_cast<std::uint8_t>(groups), name.groups()[4]);
      profile.columns.push_back({cosem::data::kClass, column, cosem::data::kValue, 0});
      objects.push_back(
          {.class_id = cosem::data::kClass,
           .name = column,
           .read = [rows, cell](DlmsContext& context, std::int8_t) -> dlms::GetResult {
             const auto all = rows(context.meter, {}, context.meter.meter_time());
             return all.empty() ? Data{std::uint16_t{0}} : all.back().cells[cell];
           }});
      ++cell;
    }
    objects.push_back(profile_object(std::move(profile)));
  }
}

}  // namespace metergate::sim
