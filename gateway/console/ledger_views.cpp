// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/ledger_views.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "gateway/journal/line.hpp"
#include "gateway/journal/neutral_text.hpp"
#include "gateway/north/token_messages.hpp"
#include "meters/registry.hpp"

namespace metergate::console {

namespace json = boost::json;

namespace {

constexpr std::size_t kLogEntries = 300;     ///< told in all
constexpr std::uint32_t kLogLookBack = 200;  ///< of one log
constexpr std::size_t kLogReadAtOnce = 1'000;
constexpr std::size_t kEventLines = 60;

/// What another part of the gateway wrote as JSON, as part of ours.
json::value taken(const std::string& text) {
  json::error_code broken;
  json::value value = json::parse(text, broken);
  return broken ? json::value{} : value;
}

template <typename T>
void put_time(json::object& out, std::string_view key, const std::optional<T>& time) {
  if (time) out[key] = rfc3339::text(*time);
}

json::object names_of(const std::vector<model::Channel>& channels) {
  json::object out;
  for (const model::Channel& channel : channels) out[channel.obis.text()] = channel.name;
  return out;
}

json::array tenancies_of(const std::vector<StoredTenancy>& tenancies) {
  json::array out;
  for (const StoredTenancy& one : tenancies) {
    json::object told{
        {"epoch", one.epoch}, {"starts", rfc3339::text(one.starts)}, {"sealed", one.sealed()}};
    put_time(told, "ends", one.ends);
    put_time(told, "effective", one.effective);
    put_time(told, "synchronised", one.synchronised);
    put_time(told, "erased", one.erased);
    if (!one.evidence.empty()) told["evidence"] = one.evidence;
    // What was found when it was opened belongs to the one that is open.
    if (!one.sealed() && !one.checks_json.empty()) told["checks"] = taken(one.checks_json);
    out.push_back(std::move(told));
  }
  return out;
}

json::array holes_of(const std::vector<Hole>& holes) {
  json::array out;
  for (const Hole& hole : holes) {
    out.push_back(json::object{{"from", rfc3339::text(hole.range.from)},
                               {"to", rfc3339::text(hole.range.to)},
                               {"tries", hole.tries}});
  }
  return out;
}

north::DataOrigin origin_of(const MeterPast& past) {
  return {past.site, past.meter.live.stored.id, past.epoch};
}

json::array steps_of(const MeterPast& past, const Command& command, std::vector<Step> steps) {
  json::array out;
  for (Step& step : steps) {
    if (!step.result_json.empty()) step.result_json = north::without_digits(step.result_json);
    step.detail = journal::neutral(step.detail);
    out.push_back(taken(north::encode_step(past.site, command, step)));
  }
  return out;
}

}  // namespace

Stored<MeterPast> past_of(const Ledger& ledger, const SiteId& site, const MeterDetails& meter) {
  auto tenancies = ledger.tenancies(meter.live.stored.key);
  if (!tenancies) return failure(tenancies.error());
  if (tenancies->empty()) {
    return failure(StorageError{StorageError::Reason::Corrupt, "a meter without a tenancy"});
  }
  const StoredTenancy& open = tenancies->back();
  const Epoch epoch = open.epoch;
  const UtcTime starts = open.starts;
  return MeterPast{ledger, site, meter, epoch, starts, std::move(*tenancies)};
}

Stored<std::string> meter_json(const MeterPast& past, UtcTime now) {
  const LiveMeter& live = past.meter.live;
  const MeterKey key = live.stored.key;
  const auto profile_to = past.ledger.profile_covered_to(key, past.epoch);
  if (!profile_to) return failure(profile_to.error());
  const auto daily_to = past.ledger.daily_covered_to(key, past.epoch);
  if (!daily_to) return failure(daily_to.error());
  const auto holes = past.ledger.holes(key, past.epoch);
  if (!holes) return failure(holes.error());
  const auto registers = past.ledger.last_registers(key, past.epoch);
  if (!registers) return failure(registers.error());

  json::object session{
      {"link", live.link}, {"failures", live.failures}, {"timeout_ms", live.timeout.count()}};
  put_time(session, "last_contact", live.last_contact);
  put_time(session, "next_attempt", live.next_attempt);
  json::object out{{"now", rfc3339::text(now)},
                   {"state", taken(past.meter.state_json)},
                   {"live", std::move(session)},
                   {"tenancies", tenancies_of(past.tenancies)},
                   {"holes", holes_of(*holes)}};
  put_time(out, "profile_covered_to", *profile_to);
  if (*daily_to) out["daily_covered_to"] = rfc3339::date_text(**daily_to);
  json::object names = names_of(past.meter.daily_channels);
  for (const auto& [obis, name] : past.meter.register_names) names[obis] = name;
  out["names"] = std::move(names);
  if (*registers) {
    json::array values;
    for (const RegisterValue& value : (*registers)->values) {
      values.push_back(json::object{{"obis", value.obis.text()},
                                    {"value", value.value.text()},
                                    {"unit", unit_symbol(value.unit)}});
    }
    out["registers"] = json::object{{"read_at", rfc3339::text((*registers)->read_at)},
                                    {"values", std::move(values)}};
  }
  return json::serialize(out);
}

Stored<std::string> profile_json(const MeterPast& past, UtcSeconds from, UtcSeconds to,
                                 UtcTime now) {
  const MeterKey key = past.meter.live.stored.key;
  const auto intervals = past.ledger.profile(key, past.epoch, from, to);
  if (!intervals) return failure(intervals.error());
  const auto begins = past.ledger.profile_from(key, past.epoch);
  if (!begins) return failure(begins.error());
  const auto covered = past.ledger.profile_covered_to(key, past.epoch);
  if (!covered) return failure(covered.error());
  json::object out{
      {"from", rfc3339::text(from)},
      {"to", rfc3339::text(to)},
      {"names", names_of(past.meter.profile_channels)},
      {"data", taken(north::encode_profile(
                   origin_of(past), std::chrono::floor<std::chrono::days>(from),
                   past.meter.capture_period, past.meter.profile_channels, *intervals, {now}))}};
  // Before the one and after the other nothing can be missing.
  put_time(out, "begins", *begins);
  put_time(out, "covered_to", *covered);
  return json::serialize(out);
}

Stored<std::string> daily_json(const MeterPast& past, std::chrono::sys_days from,
                               std::chrono::sys_days to, UtcTime now) {
  const auto snapshots = past.ledger.daily(past.meter.live.stored.key, past.epoch, from, to);
  if (!snapshots) return failure(snapshots.error());
  return json::serialize(json::object{
      {"from", rfc3339::date_text(from)},
      {"to", rfc3339::date_text(to)},
      {"names", names_of(past.meter.daily_channels)},
      {"data",
       taken(north::encode_daily(origin_of(past), past.meter.daily_channels, *snapshots, {now}))}});
}

Stored<std::string> logs_json(const MeterPast& past, UtcTime now) {
  const MeterKey key = past.meter.live.stored.key;
  std::vector<LogEntry> all;
  for (const LogId log : kAllLogs) {
    const auto position = past.ledger.log_position(key, past.epoch, log);
    if (!position) return failure(position.error());
    const std::uint32_t after = *position > kLogLookBack ? *position - kLogLookBack : 0;
    auto entries = past.ledger.log(key, past.epoch, log, after, kLogReadAtOnce);
    if (!entries) return failure(entries.error());
    all.insert(all.end(), entries->begin(), entries->end());
  }
  std::ranges::stable_sort(all, std::ranges::greater{}, &LogEntry::meter_time);
  if (all.size() > kLogEntries) all.resize(kLogEntries);
  return north::encode_events(origin_of(past), all, {now});
}

Stored<std::string> commands_json(const MeterPast& past, std::size_t limit) {
  auto commands = past.ledger.commands_of(past.meter.live.stored.key, limit);
  if (!commands) return failure(commands.error());
  json::array out;
  for (const StoredCommand& command : *commands) {
    // What ended in an earlier tenancy, vends among it, is that tenant's (promise 6).
    if (is_terminal(command.state) && command.changed_at < past.tenancy_starts) continue;
    const auto steps = past.ledger.steps_of(command.key);
    if (!steps) return failure(steps.error());
    json::object told{{"id", command.command.id.text()},
                      {"verb", traits_of(command.command.verb()).word},
                      {"state", state_word(command.state)},
                      {"final", is_terminal(command.state)},
                      {"attempt", command.attempt},
                      {"reason", reason_word(command.reason)},
                      {"operator", journal::neutral(command.command.operator_name)},
                      {"work_order", journal::neutral(command.command.work_order)},
                      {"comment", journal::neutral(command.command.comment)},
                      {"accepted_at", rfc3339::text(command.accepted_at)},
                      {"changed_at", rfc3339::text(command.changed_at)},
                      {"expires_at", rfc3339::text(command.command.expires_at)}};
    told["steps"] = steps_of(past, command.command, *steps);
    out.push_back(std::move(told));
  }
  return json::serialize(json::object{{"commands", std::move(out)}});
}

Stored<std::string> events_json(const MeterPast& past) {
  JournalFilter filter;
  filter.meter = past.meter.live.stored.id.text();
  filter.levels = {"info", "warning", "error"};
  filter.since = past.tenancy_starts;
  filter.limit = kEventLines;
  const auto rows = past.ledger.journal(filter);
  if (!rows) return failure(rows.error());
  json::array lines;
  for (const JournalRow& row : *rows) {
    json::value line = taken(journal::json_text(row));
    if (line.is_object()) line.get_object()["number"] = row.id;
    lines.push_back(std::move(line));
  }
  return json::serialize(json::object{{"lines", std::move(lines)}});
}

Stored<bool> may_show(const Ledger& ledger, const JournalRow& row) {
  const auto id = MeterId::parse(row.meter);
  if (!id) return true;
  const auto meter = ledger.find_meter(*id);
  if (!meter) return failure(meter.error());
  if (!*meter) return true;
  const auto tenancies = ledger.tenancies((*meter)->key);
  if (!tenancies) return failure(tenancies.error());
  return tenancies->empty() || row.at >= tenancies->back().starts;
}

}  // namespace metergate::console
