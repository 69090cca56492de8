// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/north/json_text.hpp"
#include "gateway/north/reply.hpp"

namespace metergate::north {
namespace {

// About as long as each becomes.
constexpr std::size_t kHeadOctets = 400;
constexpr std::size_t kRowOctets = 50;
constexpr std::size_t kValueOctets = 10;
constexpr std::size_t kNamedOctets = 60;
constexpr std::size_t kEntryOctets = 150;

void member(JsonText& json, std::string_view name, std::string_view text) {
  json.name(name);
  json.text(text);
}

void member(JsonText& json, std::string_view name, std::int64_t number) {
  json.name(name);
  json.number(number);
}

void open_with_head(JsonText& json, const DataOrigin& origin, const DataTimes& times) {
  json.open_object();
  member(json, "site", origin.site.text());
  member(json, "meter", origin.meter.text());
  member(json, "epoch", origin.epoch);
  member(json, "published_at", rfc3339::text(times.published_at));
  if (times.read_at) member(json, "read_at", rfc3339::text(*times.read_at));
}

struct Column {
  cosem::ObisCode obis;
  Unit unit = Unit::None;
  int scale = 0;
};

/// The channels of a message: those of the model, then whatever else the rows hold.
template <typename Row>
std::vector<Column> columns_of(const std::vector<model::Channel>& channels,
                               const std::vector<Row>& rows) {
  std::vector<Column> columns;
  for (const model::Channel& channel : channels) {
    columns.push_back({channel.obis, channel.unit, channel.scale});
  }
  for (const Row& row : rows) {
    for (const IntervalValue& value : row.values) {
      if (std::ranges::find(columns, value.channel, &Column::obis) == columns.end()) {
        columns.push_back({value.channel});
      }
    }
  }
  return columns;
}

void write_columns(JsonText& json, const std::vector<Column>& columns) {
  json.name("channels");
  json.open_array();
  for (const Column& column : columns) {
    json.open_object();
    member(json, "obis", column.obis.text());
    json.name("unit");
    if (column.unit == Unit::None) {
      json.null();
    } else {
      json.text(unit_symbol(column.unit));
    }
    member(json, "scale", column.scale);
    json.close_object();
  }
  json.close_array();
}

/// One value per column, null where the row has none, and the marks of all of them.
void write_values(JsonText& json, const std::vector<Column>& columns,
                  const IntervalValues& values) {
  IntervalMarks marks;
  json.name("values");
  json.open_array();
  for (const Column& column : columns) {
    const auto found = std::ranges::find(values, column.obis, &IntervalValue::channel);
    if (found == values.end()) {
      json.null();
      continue;
    }
    json.number(found->value);
    marks.bits = static_cast<std::uint16_t>(marks.bits | found->marks.bits);
  }
  json.close_array();
  if (marks.bits == 0) return;
  json.name("marks");
  json.open_array();
  for (const auto& [bit, word] : kIntervalMarkWords) {
    if ((marks.bits & bit) != 0) json.text(word);
  }
  json.close_array();
}

std::size_t octets_of(std::size_t rows, std::size_t columns) {
  return kHeadOctets + columns * kNamedOctets + rows * (kRowOctets + columns * kValueOctets);
}

}  // namespace

std::string encode_registers(const DataOrigin& origin, const std::vector<RegisterReading>& readings,
                             const DataTimes& times) {
  std::size_t values = 0;
  for (const RegisterReading& reading : readings) values += reading.values.size();
  JsonText json{kHeadOctets + readings.size() * kRowOctets + values * kNamedOctets};
  open_with_head(json, origin, times);
  json.name("readings");
  json.open_array();
  for (const RegisterReading& reading : readings) {
    json.open_object();
    member(json, "read_at", rfc3339::text(reading.read_at));
    json.name("values");
    json.open_object();
    for (const RegisterValue& value : reading.values) {
      json.name(value.obis.text());
      json.open_object();
      member(json, "value", value.value.text());
      member(json, "unit", unit_symbol(value.unit));
      json.close_object();
    }
    json.close_object();
    json.close_object();
  }
  json.close_array();
  json.close_object();
  return json.take();
}

std::string encode_profile(const DataOrigin& origin, std::chrono::sys_days day,
                           CapturePeriod period, const std::vector<model::Channel>& channels,
                           const std::vector<ProfileInterval>& intervals, const DataTimes& times) {
  const auto columns = columns_of(channels, intervals);
  JsonText json{octets_of(intervals.size(), columns.size())};
  open_with_head(json, origin, times);
  member(json, "day", rfc3339::date_text(day));
  member(json, "period_min", period.count());
  write_columns(json, columns);
  json.name("intervals");
  json.open_array();
  for (const ProfileInterval& interval : intervals) {
    json.open_object();
    member(json, "start", rfc3339::text(interval.start));
    write_values(json, columns, interval.values);
    json.close_object();
  }
  json.close_array();
  json.close_object();
  return json.take();
}

std::string encode_daily(const DataOrigin& origin, const std::vector<model::Channel>& channels,
                         const std::vector<DailySnapshot>& snapshots, const DataTimes& times) {
  const auto columns = columns_of(channels, snapshots);
  JsonText json{octets_of(snapshots.size(), columns.size())};
  open_with_head(json, origin, times);
  write_columns(json, columns);
  json.name("snapshots");
  json.open_array();
  for (const DailySnapshot& snapshot : snapshots) {
    json.open_object();
    member(json, "day", rfc3339::date_text(snapshot.day));
    write_values(json, columns, snapshot.values);
    json.close_object();
  }
  json.close_array();
  json.close_object();
  return json.take();
}

std::string encode_events(const DataOrigin& origin, const std::vector<LogEntry>& entries,
                          const DataTimes& times) {
  JsonText json{kHeadOctets + entries.size() * kEntryOctets};
  open_with_head(json, origin, times);
  json.name("entries");
  json.open_array();
  for (const LogEntry& entry : entries) {
    json.open_object();
    member(json, "log", log_word(entry.log));
    member(json, "sequence", entry.sequence);
    member(json, "meter_time", rfc3339::text(entry.meter_time));
    member(json, "event", event_word(entry.code));
    member(json, "raw_code", entry.raw_code);
    member(json, "cause", entry.cause);
    member(json, "detail", entry.detail);
    json.close_object();
  }
  json.close_array();
  json.close_object();
  return json.take();
}

}  // namespace metergate::north
