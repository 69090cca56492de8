// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>

#include "gateway/north/reply.hpp"

namespace metergate::north {

namespace json = boost::json;

namespace {

json::object head(const DataOrigin& origin, const DataTimes& times) {
  json::object out{{"site", origin.site.text()},
                   {"meter", origin.meter.text()},
                   {"epoch", origin.epoch},
                   {"published_at", rfc3339::text(times.published_at)}};
  if (times.read_at) out["read_at"] = rfc3339::text(*times.read_at);
  return out;
}

json::array words(const std::vector<std::string>& list) {
  json::array out;
  for (const std::string& word : list) out.emplace_back(word);
  return out;
}

/// The channels of a message: those of the model, then whatever else the rows hold.
template <typename Row>
std::vector<model::Channel> all_channels(std::vector<model::Channel> channels,
                                         const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    for (const IntervalValue& value : row.values) {
      if (std::ranges::find(channels, value.channel, &model::Channel::obis) == channels.end()) {
        channels.push_back({value.channel, {}, Unit::None, 0});
      }
    }
  }
  return channels;
}

json::array describe(const std::vector<model::Channel>& channels) {
  json::array out;
  for (const model::Channel& channel : channels) {
    json::object one{{"obis", channel.obis.text()}};
    if (channel.unit == Unit::None) {
      one["unit"] = nullptr;
    } else {
      one["unit"] = unit_symbol(channel.unit);
    }
    one["scale"] = channel.scale;
    out.push_back(std::move(one));
  }
  return out;
}

/// One value per channel, null where the row has none, and the marks of all of them.
void put_values(json::object& out, const std::vector<model::Channel>& channels,
                const std::vector<IntervalValue>& values) {
  json::array numbers;
  IntervalMarks marks;
  for (const model::Channel& channel : channels) {
    const auto found = std::ranges::find(values, channel.obis, &IntervalValue::channel);
    if (found == values.end()) {
      numbers.emplace_back(nullptr);
      continue;
    }
    numbers.emplace_back(found->value);
    marks.bits = static_cast<std::uint16_t>(marks.bits | found->marks.bits);
  }
  out["values"] = std::move(numbers);
  if (marks.bits != 0) out["marks"] = words(marks.words());
}

}  // namespace

std::string encode_registers(const DataOrigin& origin, const std::vector<RegisterReading>& readings,
                             const DataTimes& times) {
  json::object out = head(origin, times);
  json::array list;
  for (const RegisterReading& reading : readings) {
    json::object values;
    for (const RegisterValue& value : reading.values) {
      values[value.obis.text()] = {{"value", value.value.text()},
                                   {"unit", unit_symbol(value.unit)}};
    }
    list.push_back(
        json::object{{"read_at", rfc3339::text(reading.read_at)}, {"values", std::move(values)}});
  }
  out["readings"] = std::move(list);
  return json::serialize(out);
}

std::string encode_profile(const DataOrigin& origin, std::chrono::sys_days day,
                           CapturePeriod period, const std::vector<model::Channel>& channels,
                           const std::vector<ProfileInterval>& intervals, const DataTimes& times) {
  json::object out = head(origin, times);
  const auto all = all_channels(channels, intervals);
  out["day"] = rfc3339::date_text(day);
  out["period_min"] = period.count();
  out["channels"] = describe(all);
  json::array list;
  for (const ProfileInterval& interval : intervals) {
    json::object one{{"start", rfc3339::text(interval.start)}};
    put_values(one, all, interval.values);
    list.push_back(std::move(one));
  }
  out["intervals"] = std::move(list);
  return json::serialize(out);
}

std::string encode_daily(const DataOrigin& origin, const std::vector<model::Channel>& channels,
                         const std::vector<DailySnapshot>& snapshots, const DataTimes& times) {
  json::object out = head(origin, times);
  const auto all = all_channels(channels, snapshots);
  out["channels"] = describe(all);
  json::array list;
  for (const DailySnapshot& snapshot : snapshots) {
    json::object one{{"day", rfc3339::date_text(snapshot.day)}};
    put_values(one, all, snapshot.values);
    list.push_back(std::move(one));
  }
  out["snapshots"] = std::move(list);
  return json::serialize(out);
}

std::string encode_events(const DataOrigin& origin, const std::vector<LogEntry>& entries,
                          const DataTimes& times) {
  json::object out = head(origin, times);
  json::array list;
  for (const LogEntry& entry : entries) {
    list.push_back(json::object{{"log", log_word(entry.log)},
                                {"sequence", entry.sequence},
                                {"meter_time", rfc3339::text(entry.meter_time)},
                                {"event", event_word(entry.code)},
                                {"raw_code", entry.raw_code},
                                {"cause", entry.cause},
                                {"detail", entry.detail}});
  }
  out["entries"] = std::move(list);
  return json::serialize(out);
}

}  // namespace metergate::north
