// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "gateway/meter_mqtt/changes.hpp"
#include "gateway/meter_mqtt/fields.hpp"
#include "meters/identifier_rule.hpp"
#include "meters/identity.hpp"

namespace metergate::meter_mqtt {

namespace json = boost::json;

namespace {

using operation::MeterRefusal;

constexpr std::string_view kTokenExpected = "twenty digits of an STS token or a UTRN";

// In the order of operation::Operation.
constexpr std::array<std::string_view, 16> kMethods{
    "identify",      "read-registers", "read-profile",     "read-daily",
    "read-log",      "read-clock",     "set-clock",        "read-relay",
    "operate-relay", "write-token",    "read-transaction", "read-billing",
    "read-tariff",   "change-tenancy", "change-supplier",  "set-tariff"};
static_assert(kMethods.size() == std::variant_size_v<operation::Operation>);

struct Params {
  json::object operator()(const operation::Identify&) const { return {}; }
  json::object operator()(const operation::ReadRegisters& op) const {
    json::array only;
    for (const cosem::ObisCode& obis : op.only) only.emplace_back(obis.text());
    return only.empty() ? json::object{} : json::object{{"only", std::move(only)}};
  }
  json::object operator()(const operation::ReadProfile& op) const {
    return {{"from", rfc3339::text(op.from)}, {"to", rfc3339::text(op.to)}};
  }
  json::object operator()(const operation::ReadDaily& op) const {
    return {{"from", rfc3339::date_text(op.from)}, {"to", rfc3339::date_text(op.to)}};
  }
  json::object operator()(const operation::ReadLog& op) const {
    return {{"log", std::string{log_word(op.log)}}, {"after_sequence", op.after_sequence}};
  }
  json::object operator()(const operation::ReadClock&) const { return {}; }
  json::object operator()(const operation::SetClock& op) const {
    return {{"time", rfc3339::text(op.time)}, {"transaction", op.transaction}};
  }
  json::object operator()(const operation::ReadRelay&) const { return {}; }
  json::object operator()(const operation::OperateRelay& op) const {
    return {{"state", std::string{supply_word(op.order)}}, {"transaction", op.transaction}};
  }
  json::object operator()(const operation::WriteToken& op) const {
    return {{"token", op.token.digits.reveal()}, {"transaction", op.transaction}};
  }
  json::object operator()(const operation::ReadTransaction& op) const {
    return {{"transaction", op.transaction}};
  }
  json::object operator()(const operation::ReadBilling& op) const {
    return {{"after_sequence", op.after_sequence}};
  }
  json::object operator()(const operation::ReadTariff&) const { return {}; }
  template <typename Change>
  json::object operator()(const Change& op) const {
    return write_change(op);
  }
};

operation::TransactionId read_transaction_id(FieldReader& in) {
  // 0 is for tools at the meter's own port (utrn-and-premier.md 1.1).
  return in.number<operation::TransactionId>("transaction", 1);
}

operation::ReadRegisters read_register_names(FieldReader& in) {
  operation::ReadRegisters op;
  if (!in.has("only")) return op;
  for (const json::value& one : in.list("only")) {
    const auto obis = one.is_string() ? cosem::ObisCode::parse(one.get_string()) : std::nullopt;
    if (!obis) in.wrong("only", "a list of OBIS codes");
    if (obis) op.only.push_back(*obis);
  }
  if (op.only.empty()) in.wrong("only", "at least one OBIS code, or no such field for all");
  return op;
}

operation::Operation read_token(FieldReader& in) {
  const auto token = Token::parse(in.secret("token", kTokenExpected));
  const auto transaction = read_transaction_id(in);
  if (token) return operation::WriteToken{*token, transaction};
  in.wrong_secret("token", kTokenExpected);
  return operation::Identify{};
}

/// The operation of that name; nothing for a name the profile does not know.
std::optional<operation::Operation> read_operation(std::string_view method, FieldReader& in) {
  if (method == "identify") return operation::Identify{};
  if (method == "read-registers") return read_register_names(in);
  if (method == "read-profile") return operation::ReadProfile{in.time("from"), in.time("to")};
  if (method == "read-daily") return operation::ReadDaily{in.day("from"), in.day("to")};
  if (method == "read-log") {
    const auto log = parse_log(in.text("log"));
    if (!log) in.wrong("log", "the name of a log, such as supply");
    return operation::ReadLog{log.value_or(LogId::Token),
                              in.number<std::uint32_t>("after_sequence")};
  }
  if (method == "read-clock") return operation::ReadClock{};
  if (method == "set-clock") return operation::SetClock{in.time("time"), read_transaction_id(in)};
  if (method == "read-relay") return operation::ReadRelay{};
  if (method == "operate-relay") {
    const auto state = parse_supply(in.text("state"));
    if (!state || *state == SupplyState::Unknown) in.wrong("state", "off, armed or on");
    return operation::OperateRelay{state.value_or(SupplyState::Off), read_transaction_id(in)};
  }
  if (method == "write-token") return read_token(in);
  if (method == "read-transaction") return operation::ReadTransaction{read_transaction_id(in)};
  if (method == "read-billing") {
    return operation::ReadBilling{in.number<std::uint32_t>("after_sequence")};
  }
  if (method == "read-tariff") return operation::ReadTariff{};
  if (method == "change-tenancy") return read_change_tenancy(in);
  if (method == "change-supplier") return read_change_supplier(in);
  if (method == "set-tariff") return read_set_tariff(in);
  return std::nullopt;
}

}  // namespace

std::string_view method_of(const operation::Operation& operation) {
  return kMethods[operation.index()];
}

std::string encode_request(const operation::Operation& operation) {
  return json::serialize(json::object{{"method", std::string{method_of(operation)}},
                                      {"params", std::visit(Params{}, operation)}});
}

std::string with_id(std::string_view id, std::string_view request) {
  return "{\"id\":\"" + std::string{id} + "\"," + std::string{request.substr(1)};
}

Result<Request, RequestFault> decode_request(std::string_view payload) {
  json::monotonic_resource memory;
  const auto object = parse_object(payload, memory);
  if (!object) return failure(RequestFault{"", MeterRefusal::Malformed, object.error()});
  FieldReader in{*object};
  const std::string id = in.text("id");
  if (in.mistake() || !is_identifier(id)) {
    in.wrong("id", kIdentifierRule);
    return failure(RequestFault{"", MeterRefusal::Malformed, *in.mistake()});
  }
  const std::string method = in.text("method");
  static const json::object kNone;
  FieldReader params{in.has("params") ? in.child("params") : kNone, "params."};
  auto operation = in.mistake() ? std::nullopt : read_operation(method, params);
  in.take_mistake(params);
  if (in.mistake()) return failure(RequestFault{id, MeterRefusal::Malformed, *in.mistake()});
  if (!operation) {
    in.wrong("method", "a method of the profile");
    return failure(RequestFault{id, MeterRefusal::NotSupported, *in.mistake()});
  }
  return Request{id, std::move(*operation)};
}

}  // namespace metergate::meter_mqtt
