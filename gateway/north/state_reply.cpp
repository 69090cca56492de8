// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "gateway/north/reply.hpp"
#include "storage/audit/audit_chain.hpp"

namespace metergate::north {

namespace json = boost::json;

namespace {

json::object object_of(const MeterAbilities& can) {
  return {{"verbs", json::value_from(can.verbs)},
          {"reads", json::value_from(can.reads)},
          {"relay_states", json::value_from(can.relay_states)},
          {"token_kinds", json::value_from(can.token_kinds)},
          {"token_functions", json::value_from(can.token_functions)}};
}

}  // namespace

std::string encode_meter_state(const SiteId& site, const MeterState& state, UtcTime at) {
  const StoredMeter& meter = state.meter;
  json::array causes;
  for (const std::string& word : meter.supply_causes.words()) causes.emplace_back(word);
  json::object supply{{"reported", supply_word(meter.supply_reported)},
                      {"causes", std::move(causes)},
                      {"desired", supply_word(meter.supply_desired)}};
  if (meter.supply_read_at) supply["read_at"] = rfc3339::text(*meter.supply_read_at);
  json::object session{{"state", meter.session_state}};
  if (!state.session_reason.empty()) session["reason"] = state.session_reason;
  if (meter.last_contact) session["last_contact"] = rfc3339::text(*meter.last_contact);
  if (state.next_try) session["next_try"] = rfc3339::text(*state.next_try);
  json::object out{{"site", site.text()},
                   {"meter", meter.id.text()},
                   {"at", rfc3339::text(at)},
                   {"model", meter.model},
                   {"serial", meter.serial},
                   {"epoch", meter.epoch},
                   {"session", std::move(session)},
                   {"supply", std::move(supply)},
                   {"live_commands", state.live_commands},
                   {"holes", state.holes},
                   {"can", object_of(state.can)}};
  if (const auto& place = state.standing; place.is_placed() || place.in_conflict) {
    json::object told{{"in_conflict", place.in_conflict}};
    if (place.location) told["location"] = place.location->text();
    if (place.customer) told["customer"] = place.customer->text();
    out["place"] = std::move(told);
  }
  if (meter.clock_offset_ms) out["clock_offset_ms"] = *meter.clock_offset_ms;
  return json::serialize(out);
}

std::string encode_gateway_state(const SiteId& site, const GatewayState& state, UtcTime at) {
  return json::serialize(json::object{{"site", site.text()},
                                      {"state", "online"},
                                      {"at", rfc3339::text(at)},
                                      {"version", state.version},
                                      {"started_at", rfc3339::text(state.started_at)},
                                      {"meters", state.meters},
                                      {"meters_reachable", state.meters_reachable},
                                      {"live_commands", state.live_commands},
                                      {"outbox_messages", state.outbox_messages},
                                      {"outbox_data_days", state.outbox_data_days}});
}

std::string encode_gateway_offline(const SiteId& site) {
  return json::serialize(json::object{{"site", site.text()}, {"state", "offline"}});
}

std::string encode_audit_head(const SiteId& site, const AuditHead& head, UtcTime at) {
  return json::serialize(json::object{{"site", site.text()},
                                      {"at", rfc3339::text(at)},
                                      {"entries", head.entries},
                                      {"hash", hash_text(head.hash)}});
}

std::string encode_alarm(const SiteId& site, const Alarm& alarm) {
  json::object out{{"site", site.text()},
                   {"at", rfc3339::text(alarm.at)},
                   {"event", alarm.event},
                   {"level", alarm.level},
                   {"text", alarm.text}};
  if (alarm.meter) out["meter"] = alarm.meter->text();
  if (!alarm.fields_json.empty()) {
    json::error_code broken;
    json::value fields = json::parse(alarm.fields_json, broken);
    if (!broken) out["fields"] = std::move(fields);
  }
  return json::serialize(out);
}

}  // namespace metergate::north
