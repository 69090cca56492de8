// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "gateway/north/reply.hpp"

/// Messages of data are written without a tree; here each is held, octet by octet, against the tree
/// of the same members.
namespace metergate::north {
namespace {

namespace json = boost::json;
using std::chrono::sys_days;

json::object head(const DataOrigin& origin, const DataTimes& times) {
  json::object out{{"site", origin.site.text()},
                   {"meter", origin.meter.text()},
                   {"epoch", origin.epoch},
                   {"published_at", rfc3339::text(times.published_at)}};
  if (times.read_at) out["read_at"] = rfc3339::text(*times.read_at);
  return out;
}

/// The model's channels, then the rows' own in the order in which they show.
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

json::array described(const std::vector<model::Channel>& channels) {
  json::array out;
  for (const model::Channel& channel : channels) {
    json::object one{{"obis", channel.obis.text()}, {"unit", nullptr}, {"scale", channel.scale}};
    if (channel.unit != Unit::None) one["unit"] = unit_symbol(channel.unit);
    out.push_back(std::move(one));
  }
  return out;
}

void put_values(json::object& row, const std::vector<model::Channel>& channels,
                const IntervalValues& values) {
  json::array numbers;
  IntervalMarks marks;
  for (const model::Channel& channel : channels) {
    const auto found = std::ranges::find(values, channel.obis, &IntervalValue::channel);
    numbers.push_back(found == values.end() ? json::value(nullptr) : json::value(found->value));
    if (found != values.end()) marks.bits |= found->marks.bits;
  }
  row["values"] = std::move(numbers);
  if (marks.bits == 0) return;
  json::array words;
  for (const std::string& word : marks.words()) words.emplace_back(word);
  row["marks"] = std::move(words);
}

UtcTime any_time() {
  // 1970 to 2100
  return UtcTime{std::chrono::milliseconds{*rc::gen::inRange<std::int64_t>(0, 4'102'444'800'000)}};
}
UtcSeconds any_second() { return std::chrono::floor<std::chrono::seconds>(any_time()); }
sys_days any_day() { return std::chrono::floor<std::chrono::days>(any_time()); }

DataOrigin any_origin() {
  return {*SiteId::parse("site-1"),
          *MeterId::parse("house-" + std::to_string(*rc::gen::inRange(1, 999))),
          *rc::gen::inRange(1, 9)};
}

DataTimes any_times() {
  DataTimes times{any_time()};
  if (*rc::gen::arbitrary<bool>()) times.read_at = any_time();
  return times;
}

/// Few enough for the channels of models and rows to meet.
cosem::ObisCode any_code() {
  return cosem::ObisCode{{1, 0, *rc::gen::inRange<std::uint8_t>(0, 6), 29, 0, 255}};
}

template <typename Make>
auto some(int most, Make make) {
  std::vector<decltype(make())> out;
  for (int count = *rc::gen::inRange(0, most + 1); count > 0; --count) out.push_back(make());
  return out;
}

/// One of each code.
template <typename Value, typename Make>
Value some_of_each_code(Make make) {
  Value values;
  std::set<cosem::ObisCode> used;
  for (const auto& one : some(5, make)) {
    const cosem::ObisCode code = [&] {
      if constexpr (requires { one.channel; }) {
        return one.channel;
      } else {
        return one.obis;
      }
    }();
    if (used.insert(code).second) values.push_back(one);
  }
  return values;
}

Unit any_unit() {
  return *rc::gen::element(Unit::None, Unit::Wh, Unit::VArh, Unit::V, Unit::Hz,
                           Unit::CurrencyMinor);
}

std::vector<model::Channel> any_channels() {
  return some_of_each_code<std::vector<model::Channel>>([] {
    return model::Channel{any_code(), "name", any_unit(), *rc::gen::inRange<std::int8_t>(-4, 4)};
  });
}

IntervalValues any_values() {
  return some_of_each_code<IntervalValues>([] {
    const auto bits = *rc::gen::element<std::uint16_t>(0, 0, 1, 0x3F, 0x15);
    return IntervalValue{any_code(), *rc::gen::arbitrary<std::int64_t>(), {bits}};
  });
}

RC_GTEST_PROP(PublishedData, OfAProfileIsItsTree, ()) {
  const DataOrigin origin = any_origin();
  const DataTimes times = any_times();
  const auto channels = any_channels();
  const sys_days day = any_day();
  const auto rows = some(6, [] { return ProfileInterval{any_second(), any_values()}; });
  const auto all = all_channels(channels, rows);
  json::object tree = head(origin, times);
  tree["day"] = rfc3339::date_text(day);
  tree["period_min"] = 30;
  tree["channels"] = described(all);
  json::array list;
  for (const ProfileInterval& row : rows) {
    json::object one{{"start", rfc3339::text(row.start)}};
    put_values(one, all, row.values);
    list.push_back(std::move(one));
  }
  tree["intervals"] = std::move(list);
  RC_ASSERT(encode_profile(origin, day, CapturePeriod{30}, channels, rows, times) ==
            json::serialize(tree));
}

RC_GTEST_PROP(PublishedData, OfDaysIsItsTree, ()) {
  const DataOrigin origin = any_origin();
  const DataTimes times = any_times();
  const auto channels = any_channels();
  const auto rows = some(4, [] { return DailySnapshot{any_day(), any_values()}; });
  const auto all = all_channels(channels, rows);
  json::object tree = head(origin, times);
  tree["channels"] = described(all);
  json::array list;
  for (const DailySnapshot& row : rows) {
    json::object one{{"day", rfc3339::date_text(row.day)}};
    put_values(one, all, row.values);
    list.push_back(std::move(one));
  }
  tree["snapshots"] = std::move(list);
  RC_ASSERT(encode_daily(origin, channels, rows, times) == json::serialize(tree));
}

RC_GTEST_PROP(PublishedData, OfRegistersIsItsTree, ()) {
  const DataOrigin origin = any_origin();
  const DataTimes times = any_times();
  const auto readings = some(3, [] {
    return RegisterReading{any_time(), some_of_each_code<std::vector<RegisterValue>>([] {
                             return RegisterValue{any_code(),
                                                  {*rc::gen::arbitrary<std::int64_t>(),
                                                   *rc::gen::inRange<std::int8_t>(-6, 6)},
                                                  any_unit()};
                           })};
  });
  json::object tree = head(origin, times);
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
  tree["readings"] = std::move(list);
  RC_ASSERT(encode_registers(origin, readings, times) == json::serialize(tree));
}

RC_GTEST_PROP(PublishedData, OfEventsIsItsTree, ()) {
  const DataOrigin origin = any_origin();
  const DataTimes times = any_times();
  const auto entries = some(4, [] {
    return LogEntry{.log = *rc::gen::element(LogId::Token, LogId::Supply, LogId::Security),
                    .sequence = *rc::gen::arbitrary<std::uint32_t>(),
                    .meter_time = any_second(),
                    .code = *rc::gen::element(EventCode::Unknown, EventCode::TokenAccepted),
                    .raw_code = *rc::gen::arbitrary<std::uint16_t>(),
                    .cause = *rc::gen::arbitrary<std::uint16_t>(),
                    .detail = *rc::gen::arbitrary<std::uint32_t>()};
  });
  json::object tree = head(origin, times);
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
  tree["entries"] = std::move(list);
  RC_ASSERT(encode_events(origin, entries, times) == json::serialize(tree));
}

}  // namespace
}  // namespace metergate::north
