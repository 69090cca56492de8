// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/meter_views.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "gateway/journal/neutral_text.hpp"

namespace metergate::console {

namespace json = boost::json;

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool holds(const std::string& text, const std::string& part) {
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

bool is_chosen(const LiveMeter& meter, const MeterChoice& choice) {
  if (!choice.state.empty() && meter.state != choice.state) return false;
  return choice.text.empty() || holds(meter.stored.id.text(), choice.text) ||
         holds(meter.stored.serial, choice.text) || holds(meter.stored.model, choice.text) ||
         holds(meter.link, choice.text);
}

/// What an engineer should see first.
int rank(const LiveMeter& meter) {
  if (meter.state == "wrong-meter") return 0;
  if (meter.state == "silent" || meter.state == "offline") return 1;
  if (meter.state == "suspect") return 2;
  return meter.state == "online" ? 4 : 3;
}

template <typename T>
void put_time(json::object& out, std::string_view key, const std::optional<T>& time) {
  if (time) out[key] = rfc3339::text(*time);
}

json::object row_of(const LiveMeter& meter) {
  const StoredMeter& stored = meter.stored;
  json::array causes;
  for (const std::string& word : stored.supply_causes.words()) causes.emplace_back(word);
  json::object out{{"meter", stored.id.text()},
                   {"model", stored.model},
                   {"serial", journal::neutral(stored.serial)},
                   {"link", meter.link},
                   {"state", meter.state},
                   {"failures", meter.failures},
                   {"live_commands", meter.live_commands},
                   {"clock_drifts", meter.clock_drifts},
                   {"reported", supply_word(stored.supply_reported)},
                   {"desired", supply_word(stored.supply_desired)},
                   {"causes", std::move(causes)}};
  if (!meter.reason.empty()) out["reason"] = journal::neutral(meter.reason);
  if (stored.clock_offset_ms) out["clock_offset_ms"] = *stored.clock_offset_ms;
  put_time(out, "last_contact", meter.last_contact);
  put_time(out, "next_attempt", meter.next_attempt);
  put_time(out, "supply_read_at", stored.supply_read_at);
  return out;
}

json::array requests_of(const std::deque<LineRequest>& requests) {
  json::array out;
  for (const LineRequest& one : requests) {
    json::object request{{"at", rfc3339::text(one.at)},
                         {"meter", one.meter},
                         {"end", request_end_word(one.end)},
                         {"us", one.on_wire.count()},
                         {"octets", one.answer_octets}};
    if (!one.what.empty()) request["what"] = journal::neutral(one.what);
    out.push_back(std::move(request));
  }
  return out;
}

json::array minutes_of(const std::deque<LineMinute>& minutes) {
  json::array out;
  for (const LineMinute& one : minutes) {
    json::object minute{{"at", rfc3339::text(std::chrono::sys_seconds{one.minute})},
                        {"busy_us", one.busy.count()}};
    for (std::size_t i = 0; i < kRequestEnds; ++i) {
      minute[request_end_word(static_cast<RequestEnd>(i))] = one.ends[i];
    }
    out.push_back(std::move(minute));
  }
  return out;
}

}  // namespace

std::string meters_json(std::vector<LiveMeter> meters, const MeterChoice& choice, UtcTime now) {
  std::map<std::string, std::size_t> states;
  for (const LiveMeter& meter : meters) ++states[meter.state];
  const std::size_t total = meters.size();
  std::erase_if(meters, [&](const LiveMeter& meter) { return !is_chosen(meter, choice); });
  std::ranges::sort(meters, {}, [](const LiveMeter& meter) {
    return std::pair{rank(meter), meter.stored.id.text()};
  });
  json::object counts;
  for (const auto& [state, count] : states) counts[state] = count;
  json::array rows;
  const std::size_t end =
      std::min(meters.size(), choice.offset + std::min(choice.limit, kMostMetersAtOnce));
  for (std::size_t i = choice.offset; i < end; ++i) rows.push_back(row_of(meters[i]));
  return json::serialize(json::object{{"now", rfc3339::text(now)},
                                      {"total", total},
                                      {"matched", meters.size()},
                                      {"offset", choice.offset},
                                      {"states", std::move(counts)},
                                      {"meters", std::move(rows)}});
}

std::string lines_json(const metrics::Figures& figures, const LineLog& log, UtcTime now) {
  json::array lines;
  for (const auto& [name, figure] : figures.links) {
    json::object line{
        {"link", name}, {"waiting", figure.waiting}, {"concurrency", figure.concurrency}};
    if (figure.up) line["up"] = *figure.up;
    const auto kept = log.lines().find(name);
    if (kept != log.lines().end()) {
      line["minutes"] = minutes_of(kept->second.minutes);
      line["requests"] = requests_of(kept->second.requests);
      line["faults"] = requests_of(kept->second.faults);
    }
    lines.push_back(std::move(line));
  }
  return json::serialize(json::object{{"now", rfc3339::text(now)}, {"lines", std::move(lines)}});
}

}  // namespace metergate::console
