// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/street/truth.hpp"

#include <array>
#include <boost/json.hpp>

namespace metergate::sim {
namespace {

namespace json = boost::json;
using virtual_meter::OrderSeen;
using virtual_meter::VirtualMeter;

std::string_view kind_word(OrderSeen::Kind kind) {
  switch (kind) {
    case OrderSeen::Kind::Token:
      return "token";
    case OrderSeen::Kind::Relay:
      return "relay";
    case OrderSeen::Kind::Clock:
      return "clock";
    case OrderSeen::Kind::KeyedCode:
      return "keyed-code";
    case OrderSeen::Kind::Tenancy:
      return "tenancy";
    case OrderSeen::Kind::Supplier:
      return "supplier";
    case OrderSeen::Kind::Tariff:
      return "tariff";
  }
  return "";
}

json::object order_row(const OrderSeen& seen) {
  json::object row{{"kind", kind_word(seen.kind)},
                   {"transaction", seen.transaction},
                   {"true_time", rfc3339::text(seen.true_time)}};
  if (!seen.digits.empty()) row["digits"] = seen.digits;
  if (const auto* no = std::get_if<operation::OrderRefused>(&seen.answer)) {
    row["result"] = operation::meter_refusal_word(no->refusal);
    row["raw"] = no->raw;
    return row;
  }
  row["result"] = "taken";
  const auto& taken = std::get<operation::OrderTaken>(seen.answer);
  if (taken.value) row["value_minor"] = *taken.value;
  return row;
}

json::array words(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

/// How a meter with keys stands; its keys are not told.
json::object token_row(const virtual_meter::TokenState& state) {
  const sts::MeterKey& key = state.keys.decoder;
  json::object row{{"pan", state.keys.pan.digits()},
                   {"algorithm", sts::algorithm_code(key.cipher.algorithm())},
                   {"supply_group", key.supply_group.value_or(0)},
                   {"tariff_index", key.tariff_index},
                   {"key_revision", key.key_revision},
                   {"key_type", static_cast<unsigned>(key.key_type)},
                   {"key_expiry", key.key_expiry.value},
                   {"base_date", sts::base_date_code(state.keys.base_date)},
                   {"units_wh", state.units_wh},
                   {"money_minor", state.money_minor},
                   {"tariff_rate", state.tariff_rate},
                   {"keypad_locked", state.keypad_locked},
                   {"newest_tid", state.newest_tid.minutes()},
                   {"utrn_counter", state.highest_counter.number()}};
  if (state.power_limit_w) row["power_limit_w"] = *state.power_limit_w;
  if (state.unbalance_limit_w) row["unbalance_limit_w"] = *state.unbalance_limit_w;
  return row;
}

json::array log_rows(const VirtualMeter& meter, LogId log) {
  json::array rows;
  for (const LogEntry& entry : meter.log(log)) {
    rows.push_back(log_row(entry));
  }
  return rows;
}

}  // namespace

json::array captured_row(std::string start, const IntervalValues& values) {
  json::array numbers;
  for (const IntervalValue& value : values) numbers.push_back(value.value);
  const unsigned marks = values.empty() ? 0U : values.front().marks.bits;
  return {std::move(start), std::move(numbers), marks};
}

json::object log_row(const LogEntry& entry) {
  return {{"sequence", entry.sequence},
          {"meter_time", rfc3339::text(entry.meter_time)},
          {"event", event_word(entry.code)},
          {"cause", entry.cause},
          {"detail", entry.detail}};
}

json::object summary_of(const VirtualMeter& meter, UtcSeconds now) {
  const RelayReading relay = meter.relay();
  return {{"serial", meter.serial().text()},
          {"powered", meter.powered()},
          {"supply", supply_word(relay.state)},
          {"causes", words(relay.causes.words())},
          {"last_transaction", relay.last_transaction_id},
          {"balance_minor", meter.balance_minor()},
          {"true_time", rfc3339::text(now)},
          {"meter_time", rfc3339::text(meter.meter_time())},
          {"orders_seen", meter.orders().size()}};
}

json::object truth_of(const VirtualMeter& meter, UtcSeconds now) {
  json::object out = changes_of(meter, now);
  const auto tokens = meter.token_state();
  out["token_rule"] = tokens ? "cryptographic" : "open";
  if (tokens) out["tokens"] = token_row(*tokens);
  json::array orders;
  for (const OrderSeen& seen : meter.orders()) orders.push_back(order_row(seen));
  out["orders"] = std::move(orders);
  json::array intervals;
  for (const ProfileInterval& row : meter.intervals(UtcSeconds{}, UtcSeconds::max())) {
    intervals.push_back(captured_row(rfc3339::text(row.start), row.values));
  }
  out["intervals"] = std::move(intervals);
  json::array daily;
  for (const DailySnapshot& row : meter.snapshots()) {
    daily.push_back(captured_row(rfc3339::date_text(row.day), row.values));
  }
  out["daily"] = std::move(daily);
  json::object logs;
  for (const LogId log : kAllLogs) logs[log_word(log)] = log_rows(meter, log);
  out["logs"] = std::move(logs);
  if (meter.settings().keep_truth) out["purged"] = purged_of(meter);
  return out;
}

json::object statistics_of(const WireStatistics& statistics) {
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  const auto us = [](WireDuration length) { return duration_cast<microseconds>(length).count(); };
  return {{"requests", statistics.requests},
          {"answers", statistics.answers},
          {"unanswered", statistics.unanswered},
          {"broken", statistics.broken},
          {"collisions", statistics.collisions},
          {"early_requests", statistics.early_requests},
          {"gaps", statistics.gaps},
          {"octets_in", statistics.octets_in},
          {"octets_out", statistics.octets_out},
          {"busy_us", us(statistics.busy)},
          {"observed_us", us(statistics.observed)}};
}

}  // namespace metergate::sim
