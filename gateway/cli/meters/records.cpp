// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/meters/records.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace metergate::cli {
namespace {

Cell number(std::int64_t value) { return {Cell::Kind::Number, std::to_string(value)}; }
Cell text(std::string_view value) { return {Cell::Kind::Text, std::string{value}}; }

Cell words(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& word : list) out += (out.empty() ? "" : " ") + word;
  return {Cell::Kind::Words, out};
}

Record record_of(const Owner& owner, std::string when, const IntervalValue& value,
                 const std::vector<model::Channel>& channels) {
  const ChannelName channel = channel_name(channels, value.channel);
  const std::string amount = Decimal{value.value, channel.scale}.text();
  return {text(owner.meter),          number(owner.epoch),       text(when),
          text(value.channel.text()), text(channel.name),        {Cell::Kind::Number, amount},
          text(channel.unit),         words(value.marks.words())};
}

std::string csv_field(std::string_view value) {
  if (value.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{value};
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string json_value(const Cell& cell) {
  if (cell.kind == Cell::Kind::Number) return cell.text.empty() ? "null" : cell.text;
  if (cell.kind == Cell::Kind::Text) return boost::json::serialize(boost::json::string{cell.text});
  boost::json::array list;
  for (std::size_t at = 0; at < cell.text.size();) {
    const std::size_t end = std::min(cell.text.find(' ', at), cell.text.size());
    list.emplace_back(cell.text.substr(at, end - at));
    at = end + 1;
  }
  return boost::json::serialize(list);
}

}  // namespace

ChannelName channel_name(const std::vector<model::Channel>& channels, const cosem::ObisCode& obis) {
  const auto found = std::ranges::find(channels, obis, &model::Channel::obis);
  if (found == channels.end()) return {.name = {}, .unit = {}, .scale = 0};
  return {
      .name = found->name, .unit = std::string{unit_symbol(found->unit)}, .scale = found->scale};
}

std::vector<Record> records_of(const Owner& owner, const RegisterReading& reading) {
  std::vector<Record> out;
  for (const RegisterValue& value : reading.values) {
    out.push_back({text(owner.meter),
                   number(owner.epoch),
                   text(rfc3339::text(reading.read_at)),
                   text(value.obis.text()),
                   {Cell::Kind::Number, value.value.text()},
                   text(unit_symbol(value.unit))});
  }
  return out;
}

std::vector<Record> records_of(const Owner& owner, const DailySnapshot& snapshot,
                               const std::vector<model::Channel>& channels) {
  std::vector<Record> out;
  for (const IntervalValue& value : snapshot.values) {
    out.push_back(record_of(owner, rfc3339::date_text(snapshot.day), value, channels));
  }
  return out;
}

std::vector<Record> records_of(const Owner& owner, const ProfileInterval& interval,
                               const std::vector<model::Channel>& channels) {
  std::vector<Record> out;
  for (const IntervalValue& value : interval.values) {
    out.push_back(record_of(owner, rfc3339::text(interval.start), value, channels));
  }
  return out;
}

Record record_of(const Owner& owner, const LogEntry& entry) {
  return {text(owner.meter),
          number(owner.epoch),
          text(log_word(entry.log)),
          number(entry.sequence),
          text(rfc3339::text(entry.meter_time)),
          text(event_word(entry.code)),
          number(entry.raw_code),
          number(entry.cause),
          number(entry.detail)};
}

std::string csv_line(std::span<const std::string_view> columns) {
  std::string out;
  for (const std::string_view column : columns) {
    if (!out.empty()) out += ',';
    out += csv_field(column);
  }
  return out;
}

std::string csv_line(const Record& record) {
  std::string out;
  for (std::size_t i = 0; i < record.size(); ++i) {
    if (i > 0) out += ',';
    out += csv_field(record[i].text);
  }
  return out;
}

std::string json_line(std::span<const std::string_view> columns, const Record& record) {
  std::string out = "{";
  for (std::size_t i = 0; i < record.size() && i < columns.size(); ++i) {
    if (i > 0) out += ',';
    out += boost::json::serialize(boost::json::string{columns[i]}) + ':' + json_value(record[i]);
  }
  return out + '}';
}

}  // namespace metergate::cli
