// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <type_traits>

#include "gateway/meter_mqtt/changes.hpp"
#include "gateway/meter_mqtt/fields.hpp"
#include "gateway/meter_mqtt/rows.hpp"
#include "meters/identifier_rule.hpp"
#include "protocols/overloaded.hpp"

namespace metergate::meter_mqtt {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostRawOctets = 64;
constexpr std::size_t kMostMessageOctets = 200;

void write_taken(json::object& out, const operation::OrderTaken& taken) {
  out["outcome"] = "taken";
  if (!taken.value) return;
  out["value"] = *taken.value;
  out["unit"] = taken.unit_word;
}

void write_refused(json::object& out, const operation::OrderRefused& refused) {
  out["outcome"] = "refused";
  out["refusal"] = std::string{operation::meter_refusal_word(refused.refusal)};
  out["raw"] = refused.raw;
}

json::object write_result(const operation::Answer& answer) {
  json::object out;
  std::visit(
      Overloaded{
          [&](const operation::Identity& identity) {
            out = {{"serial", identity.serial.text()}, {"firmware", identity.firmware}};
          },
          [&](const RegisterReading& reading) { out = write_registers(reading); },
          [&](const operation::ProfilePage& page) {
            out = {{"intervals", write_intervals(page.intervals)},
                   {"covered_to", rfc3339::text(page.covered_to)}};
          },
          [&](const operation::DailyPage& page) {
            out = {{"days", write_days(page.snapshots)},
                   {"covered_to", rfc3339::date_text(page.covered_to)}};
          },
          [&](const operation::LogPage& page) {
            out = {{"entries", write_entries(page.entries)}, {"complete", page.complete}};
          },
          [&](const operation::ClockReading& clock) {
            out = {{"time", rfc3339::text(clock.meter_time)}, {"trusted", clock.meter_trusts_it}};
          },
          [&](const RelayReading& relay) {
            out = {{"state", std::string{supply_word(relay.state)}},
                   {"causes", write_words(relay.causes.words())},
                   {"operations_today", relay.operations_today},
                   {"last_transaction", relay.last_transaction_id}};
          },
          [&](const operation::OrderAnswer& order) {
            std::visit(Overloaded{[&](const operation::OrderTaken& t) { write_taken(out, t); },
                                  [&](const operation::OrderRefused& r) { write_refused(out, r); }},
                       order);
          },
          [&](const operation::TransactionEvidence& evidence) {
            std::visit(
                Overloaded{[&](const operation::OrderTaken& t) { write_taken(out, t); },
                           [&](const operation::OrderRefused& r) { write_refused(out, r); },
                           [&](operation::TransactionNotTaken) { out["outcome"] = "not-taken"; },
                           [&](operation::TransactionUnknown) { out["outcome"] = "unknown"; }},
                evidence);
          },
          [&](const operation::BillingPage& page) {
            out = {{"snapshots", write_snapshots(page.snapshots)}, {"complete", page.complete}};
          },
          [&](const TariffReading& reading) { out = write_tariffs(reading); },
      },
      answer);
  return out;
}

SupplyCauses read_causes(FieldReader& in) {
  SupplyCauses causes;
  for (const json::value& word : in.list("causes")) {
    bool known = false;
    for (unsigned bit = 0; bit < 8 && word.is_string(); ++bit) {
      const SupplyCauses one{static_cast<std::uint16_t>(1U << bit)};
      if (one.words().front() == std::string_view{word.get_string()}) {
        causes.bits = static_cast<std::uint16_t>(causes.bits | one.bits);
        known = true;
      }
    }
    if (!known) in.wrong("causes", "causes of the profile, such as remote");
  }
  return causes;
}

/// `wh`, `minor`, ...: the ending a quantity's name carries.
bool is_unit_word(std::string_view word) {
  for (auto unit = Unit::Wh; unit <= Unit::CurrencyMinor;
       unit = static_cast<Unit>(static_cast<int>(unit) + 1)) {
    if (unit_suffix(unit) == word) return true;
  }
  return false;
}

operation::OrderTaken read_taken(FieldReader& in) {
  operation::OrderTaken taken;
  if (!in.has("value")) return taken;
  taken.value = in.number<std::int64_t>("value");
  taken.unit_word = in.text("unit");
  if (!is_unit_word(taken.unit_word))
    in.wrong("unit", "what the value counts, such as wh or minor");
  return taken;
}

/// A no stays a no, whatever its word: one the profile does not know becomes `other` and is passed
/// along as the meter's own.
operation::OrderRefused read_refused(FieldReader& in) {
  const std::string word = in.text("refusal");
  const auto known = operation::parse_meter_refusal(word);
  operation::OrderRefused refused{known.value_or(operation::MeterRefusal::Other),
                                  in.remark("raw", kMostRawOctets)};
  if (refused.raw.empty()) refused.raw = in.remark("refusal", kMostRawOctets);
  return refused;
}

operation::TransactionEvidence read_evidence(FieldReader& in) {
  const std::string outcome = in.text("outcome");
  if (outcome == "taken") return read_taken(in);
  if (outcome == "refused") return read_refused(in);
  if (outcome == "not-taken") return operation::TransactionNotTaken{};
  if (outcome != "unknown") in.wrong("outcome", "taken, refused, not-taken or unknown");
  return operation::TransactionUnknown{};
}

operation::OrderAnswer read_order(FieldReader& in) {
  const std::string outcome = in.text("outcome");
  if (outcome == "refused") return read_refused(in);
  if (outcome != "taken") in.wrong("outcome", "taken or refused");
  return read_taken(in);
}

/// Reads the result that belongs to the operation asked for.
struct ReadResult {
  FieldReader& in;
  UtcTime read_at;

  operation::Answer operator()(const operation::Identify&) const {
    const auto serial = SerialNumber::parse(in.text("serial"));
    if (!serial) in.wrong("serial", kIdentifierRule);
    return operation::Identity{serial.value_or(*SerialNumber::parse("-")),
                               in.remark("firmware", kMostRawOctets)};
  }
  operation::Answer operator()(const operation::ReadRegisters& op) const {
    RegisterReading reading = read_registers(in, read_at);
    const auto was_asked_for = [&](const RegisterValue& value) {
      return op.only.empty() || std::ranges::find(op.only, value.obis) != op.only.end();
    };
    if (!std::ranges::all_of(reading.values, was_asked_for)) {
      in.wrong("registers", "only those asked for");
    }
    if (reading.values.empty()) in.wrong("registers", "at least one of those asked for");
    return reading;
  }
  operation::Answer operator()(const operation::ReadProfile& op) const {
    operation::ProfilePage page{read_intervals(in), in.time("covered_to")};
    page.covered_to = std::min(page.covered_to, op.to);
    if (page.covered_to < op.from) in.wrong("covered_to", "no time before the range asked for");
    const auto& rows = page.intervals;
    if (!rows.empty() && (rows.front().start < op.from || rows.back().start >= page.covered_to)) {
      in.wrong("intervals", "starts inside the range asked for and before covered_to");
    }
    return page;
  }
  operation::Answer operator()(const operation::ReadDaily& op) const {
    operation::DailyPage page{read_days(in), in.day("covered_to")};
    page.covered_to = std::min(page.covered_to, op.to);
    if (page.covered_to < op.from) in.wrong("covered_to", "no day before the range asked for");
    const auto& rows = page.snapshots;
    if (!rows.empty() && (rows.front().day < op.from || rows.back().day >= page.covered_to)) {
      in.wrong("days", "days inside the range asked for and before covered_to");
    }
    return page;
  }
  operation::Answer operator()(const operation::ReadLog& op) const {
    operation::LogPage page{op.log, read_entries(in), in.boolean("complete")};
    std::uint32_t last = op.after_sequence;
    for (const LogEntry& entry : page.entries) {
      if (entry.log != op.log) in.wrong("entries", "entries of the log asked for");
      if (entry.sequence <= last) in.wrong("entries", "ascending sequences after after_sequence");
      last = entry.sequence;
    }
    if (!page.complete && page.entries.empty()) in.wrong("complete", "true when nothing follows");
    return page;
  }
  operation::Answer operator()(const operation::ReadClock&) const {
    return operation::ClockReading{in.time("time"), read_at,
                                   !in.has("trusted") || in.boolean("trusted")};
  }
  operation::Answer operator()(const operation::ReadRelay&) const {
    RelayReading relay;
    const auto state = parse_supply(in.text("state"));
    if (!state) in.wrong("state", "off, armed or on");
    relay.state = state.value_or(SupplyState::Unknown);
    relay.causes = read_causes(in);
    relay.operations_today = in.number<std::uint16_t>("operations_today");
    relay.last_transaction_id = in.number<std::uint32_t>("last_transaction");
    return relay;
  }
  operation::Answer operator()(const operation::ReadBilling& op) const {
    operation::BillingPage page{read_snapshots(in, op.after_sequence), in.boolean("complete")};
    if (!page.complete && page.snapshots.empty()) in.wrong("complete", "true when nothing follows");
    return page;
  }
  operation::Answer operator()(const operation::ReadTariff&) const {
    return read_tariffs(in, read_at);
  }
  template <typename Order>
  operation::Answer operator()(const Order& order) const {
    static_assert(std::is_convertible_v<decltype(order.transaction), operation::TransactionId>);
    return read_order(in);
  }
  operation::Answer operator()(const operation::ReadTransaction&) const {
    return read_evidence(in);
  }
};

/// The id where it is the first member, as most write it: whose answer a page of a profile is can
/// be told without reading the page, which decode_response judges as a whole.
std::optional<std::string_view> leading_id(std::string_view payload) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto take = [&](std::string_view token) {
    payload.remove_prefix(std::min(payload.find_first_not_of(kSpace), payload.size()));
    if (!payload.starts_with(token)) return false;
    payload.remove_prefix(token.size());
    return true;
  };
  if (!take("{") || !take("\"id\"") || !take(":") || !take("\"")) return std::nullopt;
  const auto end = payload.find_first_of("\"\\");
  if (end == std::string_view::npos || payload[end] != '"') return std::nullopt;
  return payload.substr(0, end);
}

std::string response(std::string_view id, std::string_view part, json::object content) {
  return json::serialize(json::object{{"id", std::string{id}}, {part, std::move(content)}});
}

}  // namespace

std::string encode_answer(std::string_view id, const operation::Answer& answer) {
  return response(id, "result", write_result(answer));
}

std::string encode_error(std::string_view id, operation::MeterRefusal code,
                         std::string_view message) {
  return response(id, "error",
                  {{"code", std::string{operation::meter_refusal_word(code)}},
                   {"message", std::string{message}}});
}

std::optional<std::string> response_id(std::string_view payload) {
  if (const auto id = leading_id(payload)) return std::string{*id};
  json::monotonic_resource memory;
  const auto object = parse_object(payload, memory);
  if (!object) return std::nullopt;
  FieldReader in{*object};
  std::string id = in.text("id");
  if (in.mistake()) return std::nullopt;
  return id;
}

Result<Response, Nonsense> decode_response(const operation::Operation& asked,
                                           std::string_view payload, UtcTime read_at) {
  json::monotonic_resource memory;
  const auto object = parse_object(payload, memory);
  if (!object) return failure(object.error());
  FieldReader in{*object};
  if (in.has("error") && in.has("result")) in.wrong("error", "either a result or an error");
  if (in.has("error")) {
    FieldReader error{in.child("error"), "error."};
    const std::string code = error.text("code");
    MeterError said{operation::parse_meter_refusal(code).value_or(operation::MeterRefusal::Other),
                    error.remark("code", kMostRawOctets),
                    error.remark("message", kMostMessageOctets)};
    in.take_mistake(error);
    if (in.mistake()) return failure(*in.mistake());
    return Response{std::move(said)};
  }
  FieldReader result{in.child("result"), "result."};
  operation::Answer answer = std::visit(ReadResult{result, read_at}, asked);
  in.take_mistake(result);
  if (in.mistake()) return failure(*in.mistake());
  return Response{std::move(answer)};
}

}  // namespace metergate::meter_mqtt
