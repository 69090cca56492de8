// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/sim/dlms/profile.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"

/// Load profile, daily values, billing snapshots and the ten logs, as profiles (class 7).
namespace metergate::sim {
namespace {

using cosem::CaptureObject;
using cosem::obis;
using dlms::Data;
using virtual_meter::VirtualMeter;

constexpr std::uint8_t kLoadStatus = 1;
constexpr std::uint8_t kDailyStatus = 2;

std::chrono::seconds no_period(const VirtualMeter&) { return std::chrono::seconds{0}; }

CaptureObject value_of(std::uint16_t class_id, const cosem::ObisCode& name,
                       std::uint16_t index = 0) {
  return {class_id, name, 2, index};
}

/// Marks and values of one captured row.
dlms::DataList cells_of(const IntervalValues& values) {
  dlms::DataList cells;
  cells.emplace_back(values.empty() ? std::uint16_t{0} : values.front().marks.bits);
  for (const IntervalValue& value : values) {
    cells.emplace_back(static_cast<std::uint32_t>(value.value));
  }
  return cells;
}

/// A row is stamped with the end of its period (Blue Book, 4.3.6: the time of capture).
std::vector<DlmsProfileRow> load_rows(const VirtualMeter& meter, UtcSeconds from, UtcSeconds to) {
  const auto period = meter.settings().capture_period;
  std::vector<DlmsProfileRow> rows;
  for (const ProfileInterval& interval :
       meter.intervals(from - period, to - period + std::chrono::seconds{1})) {
    rows.push_back({interval.start + period, cells_of(interval.values)});
  }
  return rows;
}

std::vector<DlmsProfileRow> daily_rows(const VirtualMeter& meter, UtcSeconds from, UtcSeconds to) {
  std::vector<DlmsProfileRow> rows;
  for (const DailySnapshot& snapshot : meter.snapshots()) {
    const UtcSeconds midnight{snapshot.day};
    if (midnight < from || midnight > to) continue;
    rows.push_back({midnight, cells_of(snapshot.values)});
  }
  return rows;
}

std::vector<DlmsProfileRow> billing_rows(const VirtualMeter& meter, UtcSeconds from,
                                         UtcSeconds to) {
  std::vector<DlmsProfileRow> rows;
  for (const BillingSnapshot& one : meter.billing()) {
    if (one.meter_time < from || one.meter_time > to) continue;
    rows.push_back({one.meter_time,
                    {Data{one.sequence}, Data{static_cast<std::uint8_t>(one.cause)},
                     Data{static_cast<std::uint32_t>(one.import_wh)},
                     Data{static_cast<std::uint32_t>(one.import_varh)},
                     Data{static_cast<std::int32_t>(one.balance_minor)}, Data{one.tariff_id},
                     Data{one.supplier_id}}});
  }
  return rows;
}

dlms::DataList entry_cells(const LogEntry& entry) {
  return {Data{static_cast<std::uint16_t>(entry.code)}, Data{entry.sequence}, Data{entry.cause},
          Data{entry.detail}};
}

std::vector<DlmsProfileRow> log_rows(const VirtualMeter& meter, LogId log, UtcSeconds from,
                                     UtcSeconds to) {
  std::vector<DlmsProfileRow> rows;
  for (const LogEntry& entry : meter.log(log)) {
    if (entry.meter_time < from || entry.meter_time > to) continue;
    rows.push_back({entry.meter_time, entry_cells(entry)});
  }
  return rows;
}

/// Code, running number, cause and detail of the newest entry: the columns of a log.
std::vector<cosem::ObisCode> log_columns(std::uint8_t number) {
  return {cosem::event_code_object(number), obis(0, 0, 96, 15, number), obis(0, 0, 128, 11, number),
          obis(0, 0, 128, 12, number)};
}

void add_log(DlmsObjects& objects, LogId log) {
  const auto number = static_cast<std::uint8_t>(log);
  DlmsProfile profile{.name = cosem::event_log_object(number),
                      .columns = {clock_column()},
                      .capacity = 1'000,
                      .period = no_period};
  const auto columns = log_columns(number);
  for (const cosem::ObisCode& column : columns) {
    profile.columns.push_back(value_of(cosem::data::kClass, column));
  }
  profile.rows = [log](const VirtualMeter& meter, UtcSeconds from, UtcSeconds to) {
    return log_rows(meter, log, from, to);
  };
  objects.push_back(profile_object(std::move(profile)));
  for (std::size_t column = 0; column < columns.size(); ++column) {
    objects.push_back({.class_id = cosem::data::kClass,
                       .name = columns[column],
                       .read = [log, column](DlmsContext& context, std::int8_t) -> dlms::GetResult {
                         const auto& entries = context.meter.log(log);
                         return entry_cells(entries.empty() ? LogEntry{} : entries.back())[column];
                       }});
  }
}

/// The marks of the newest row.
void add_status(DlmsObjects& objects, std::uint8_t number,
                std::vector<DlmsProfileRow> (*rows)(const VirtualMeter&, UtcSeconds, UtcSeconds)) {
  objects.push_back({.class_id = cosem::data::kClass,
                     .name = cosem::profile_status_object(number),
                     .read = [rows](DlmsContext& context, std::int8_t) -> dlms::GetResult {
                       const UtcSeconds now = context.meter.meter_time();
                       const auto newest = rows(context.meter, now - std::chrono::days{2}, now);
                       if (newest.empty()) return Data{std::uint16_t{0}};
                       return newest.back().cells.front();
                     }});
}

}  // namespace

void add_profile_objects(DlmsObjects& objects) {
  const auto captured = [](std::uint8_t status, const std::vector<cosem::ObisCode>& channels) {
    std::vector<CaptureObject> columns{
        clock_column(), value_of(cosem::data::kClass, cosem::profile_status_object(status))};
    for (const cosem::ObisCode& channel : channels) {
      columns.push_back(value_of(cosem::register_object::kClass, channel));
    }
    return columns;
  };
  objects.push_back(
      profile_object({.name = cosem::kLoadProfile,
                      .columns = captured(kLoadStatus, VirtualMeter::profile_channels()),
                      .capacity = 395 * 48,
                      .period = [](const VirtualMeter& meter) -> std::chrono::seconds {
                        return meter.settings().capture_period;
                      },
                      .rows = load_rows}));
  objects.push_back(profile_object(
      {.name = cosem::kDailyProfile,
       .columns = captured(kDailyStatus, VirtualMeter::daily_channels()),
       .capacity = 395,
       .period = [](const VirtualMeter&) -> std::chrono::seconds { return std::chrono::days{1}; },
       .rows = daily_rows}));
  add_status(objects, kLoadStatus, load_rows);
  add_status(objects, kDailyStatus, daily_rows);
  constexpr cosem::ObisCode kTariff = obis(0, 0, 128, 1, 2);  // change_objects.cpp
  objects.push_back(profile_object(
      {.name = cosem::kBillingProfile,
       .columns = {clock_column(), value_of(cosem::data::kClass, obis(1, 0, 0, 1, 0)),
                   value_of(cosem::data::kClass, obis(0, 0, 128, 13, 0)),
                   value_of(cosem::register_object::kClass, obis(1, 0, 1, 8, 0)),
                   value_of(cosem::register_object::kClass, obis(1, 0, 3, 8, 0)),
                   value_of(cosem::credit::kClass, cosem::credit_object(0)),
                   value_of(cosem::data::kClass, kTariff, 1),
                   value_of(cosem::data::kClass, kTariff, 2)},
       .capacity = 48,
       .period = no_period,
       .rows = billing_rows}));
  for (const LogId log : kAllLogs) add_log(objects, log);
}

}  // namespace metergate::sim
