// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/commands/command_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "gateway/north/token_messages.hpp"
#include "gateway/runtime/commands/command_origin.hpp"
#include "protocols/sts/sts_token.hpp"

namespace metergate::runtime {

namespace json = boost::json;

namespace {

/// A dated change has at least this long to reach its meter.
constexpr std::chrono::minutes kLeastLife{1};

}  // namespace

OutboxMessage answer_message(const north::Topics& topics, const Command& command,
                             const Step& step) {
  Step told = step;
  // Digits that were asked for at the box are for the box; on the topic others would read them.
  const bool makes_tokens =
      command.verb() == Verb::IssueToken || command.verb() == Verb::ResendTokens;
  if (makes_tokens && command.origin.starts_with(kLocalOrigin) && !told.result_json.empty()) {
    told.result_json = north::without_digits(told.result_json);
  }
  return {0,
          north::reply_topic(topics, command),
          north::encode_step(topics.site(), command, told),
          command.reply_to.correlation_data,
          {}};
}

OutboxMessage refusal_message(const north::Topics& topics, const north::RefusedRequest& refused,
                              UtcTime at) {
  return {0,
          north::reply_topic(topics, refused),
          north::encode_refusal(topics.site(), refused, at),
          refused.reply_to.correlation_data,
          {}};
}

Refusal unknown_meter(const Command& command) {
  return {Reason::UnknownMeter, "meter", command.meter.text(), "a meter of this gateway"};
}

std::optional<Refusal> unsupported(const Command& command, const model::MeterModel& meter_model) {
  const auto cannot = [&](std::string field, std::string value) {
    return Refusal{Reason::UnsupportedByMeter, std::move(field), std::move(value),
                   fmt::format("what model {} can do: {}", meter_model.name,
                               fmt::join(meter_model.capabilities.words(), ", "))};
  };
  const VerbTraits& verb = traits_of(command.verb());
  if (verb.needs && !meter_model.capabilities.has(*verb.needs)) {
    return cannot("verb", std::string{verb.word});
  }
  if (const auto* token = std::get_if<DeliverToken>(&command.params)) {
    if (std::ranges::find(meter_model.token_kinds, token->token.kind) ==
        meter_model.token_kinds.end()) {
      std::vector<std::string_view> kinds;
      for (const TokenKind kind : meter_model.token_kinds) kinds.push_back(token_kind_word(kind));
      return Refusal{Reason::TokenKindUnsupported, "params.token",
                     std::string{token_kind_word(token->token.kind)},
                     fmt::format("{}", fmt::join(kinds, " or "))};
    }
  }
  if (command.verb() == Verb::IssueToken &&
      std::ranges::find(meter_model.token_kinds, TokenKind::Sts) == meter_model.token_kinds.end()) {
    return cannot("verb", "issue-token");
  }
  if (const auto* relay = std::get_if<SetRelay>(&command.params)) {
    if (relay->state == SupplyState::On && !meter_model.capabilities.has(Capability::CloseRelay)) {
      return cannot("params.state", "on");
    }
  }
  if (const auto* read = std::get_if<Read>(&command.params)) {
    for (const DataClass data : read->what) {
      if (!meter_model.capabilities.has(capability_for(data))) {
        return cannot("params.what", std::string{data_class_word(data)});
      }
    }
  }
  return std::nullopt;
}

bool brings_credit(const Command& command) {
  if (command.origin.starts_with(kIssueOrigin)) return false;
  if (const auto* issue = std::get_if<IssueToken>(&command.params)) {
    return issue->order.function == TokenFunction::Credit ||
           issue->order.function == TokenFunction::FreeIssue;
  }
  const auto* deliver = std::get_if<DeliverToken>(&command.params);
  if (deliver == nullptr) return false;
  if (deliver->token.kind == TokenKind::Utrn) return true;
  // The class of an STS token is never encrypted.
  const auto bits = sts::token_bits(deliver->token.digits);
  return bits && sts::token_class(*bits) == sts::TokenClass::Credit;
}

std::optional<Refusal> never_due(const Command& command) {
  const ChangeOrder* change = change_order(command.params);
  if (change == nullptr || !change->effective) return std::nullopt;
  if (command.expires_at > UtcTime{*change->effective} + kLeastLife) return std::nullopt;
  return Refusal{Reason::OutOfRange, "expires_at", rfc3339::text(command.expires_at),
                 "later than params.effective, so that a meter that is away can be reached then"};
}

std::optional<Refusal> aims_at_itself(const Command& command) {
  const auto* cancel = std::get_if<Cancel>(&command.params);
  if (cancel == nullptr || cancel->command != command.id) return std::nullopt;
  return Refusal{Reason::OutOfRange, "params.command", command.id.text(),
                 "the id of another command"};
}

std::string change_result(const ChangeTenancy& change, const StoredMeter& meter,
                          CapabilitySet abilities, bool is_cleared_by_token) {
  const bool natively = abilities.has(Capability::ChangeTenancy);
  json::object steps;
  const auto step = [&](std::string_view what, std::string_view by) { steps[what] = by; };
  if (!change.order.uncollected) step("collect", "gateway");
  for (const std::string_view word : change.order.actions.words()) {
    // Without an order for it the meter keeps what it has; the box no longer takes it from there.
    const bool by_gateway =
        word.starts_with("purge-") ||
        (is_cleared_by_token && word == change_action_word(ChangeAction::ResetBalance));
    if (natively) {
      step(word, "meter");
    } else {
      step(word, by_gateway ? "gateway" : "nobody");
    }
  }
  if (change.order.relay != RelayAfter::Unchanged) {
    step("relay", natively || abilities.has(Capability::OperateRelay) ? "meter" : "nobody");
  }
  step("tenancy", "gateway");
  json::object out{{"epoch", meter.epoch}, {"steps", std::move(steps)}};
  if (meter.tenancy_from) out["effective"] = rfc3339::text(*meter.tenancy_from);
  return json::serialize(out);
}

std::optional<Refusal> in_the_way(const Command& command, const StoredMeter& meter) {
  const auto* relay = std::get_if<SetRelay>(&command.params);
  if (relay == nullptr || relay->state == SupplyState::Off ||
      !meter.supply_causes.has(SupplyCauses::kTamper)) {
    return std::nullopt;
  }
  return Refusal{Reason::NotInThisState, "params.state", std::string{supply_word(relay->state)},
                 "a meter out of tamper (issue-token with tamper-reset), or a newer reading of it"};
}

std::string order_result(const operation::OrderTaken& taken) {
  if (!taken.value || taken.unit_word.empty()) return {};
  const json::object out{{"value", *taken.value}, {"unit", taken.unit_word}};
  return json::serialize(out);
}

std::string read_result(const CollectionSummary& summary) {
  json::object out;
  if (summary.registers) {
    json::object values;
    for (const RegisterValue& value : summary.registers->values) {
      values[value.obis.text()] = {{"value", value.value.text()},
                                   {"unit", std::string{unit_symbol(value.unit)}}};
    }
    out["registers"] = {{"read_at", rfc3339::text(summary.registers->read_at)},
                        {"values", std::move(values)}};
  }
  if (summary.relay) {
    json::array causes;
    for (const std::string& word : summary.relay->causes.words()) causes.emplace_back(word);
    out["relay"] = {{"state", std::string{supply_word(summary.relay->state)}},
                    {"causes", std::move(causes)},
                    {"operations_today", summary.relay->operations_today}};
  }
  if (summary.clock) {
    out["clock"] = {{"meter_time", rfc3339::text(summary.clock->meter_time)},
                    {"read_at", rfc3339::text(summary.clock->read_at)},
                    {"trusted", summary.clock->meter_trusts_it}};
  }
  if (summary.tariff) {
    const Tariff& active = summary.tariff->active;
    out["tariff"] = {{"id", active.id},
                     {"supplier_id", active.supplier.id},
                     {"supplier_name", active.supplier.name},
                     {"price_minor_per_kwh", active.price_minor_per_kwh},
                     {"pending", summary.tariff->pending.size()}};
  }
  out["billing_snapshots"] = summary.billing_snapshots;
  out["profile_intervals"] = summary.intervals;
  out["daily_snapshots"] = summary.days;
  out["log_entries"] = summary.log_entries;
  return json::serialize(out);
}

const journal::EventDefinition& journal_event(const Step& step) {
  const bool settled = step.from == CommandState::Unconfirmed;
  switch (step.to) {
    case CommandState::Accepted:
      if (settled) return journal::kCommandSettled;
      return step.from == CommandState::Accepted ? journal::kCommandAccepted
                                                 : journal::kCommandWaiting;
    case CommandState::Scheduled:
      return journal::kCommandScheduled;
    case CommandState::Sending:
      return journal::kCommandSending;
    case CommandState::Unconfirmed:
      return journal::kCommandUnconfirmed;
    case CommandState::Succeeded:
      return settled ? journal::kCommandSettled : journal::kCommandSucceeded;
    case CommandState::Rejected:
      return settled ? journal::kCommandSettled : journal::kCommandRejected;
    case CommandState::Failed:
      return journal::kCommandFailed;
    case CommandState::Expired:
      return journal::kCommandExpired;
    case CommandState::Cancelled:
      return journal::kCommandCancelled;
    case CommandState::Superseded:
      return journal::kCommandSuperseded;
    case CommandState::Unsettled:
      return journal::kCommandUnsettled;
  }
  return journal::kInternalFault;
}

std::vector<journal::Field> journal_fields(const Command& command, const Step& step) {
  const std::string reason{reason_word(step.reason)};
  return {{"command", command.id.text()},
          {"verb", std::string{traits_of(command.verb()).word}},
          {"meter", command.meter.text()},
          {"operator", command.operator_name.empty() ? command.origin : command.operator_name},
          {"attempt", std::to_string(step.attempt)},
          {"reason", reason},
          {"state", std::string{state_word(step.to)}},
          {"meter_reason", step.meter_reason
                               ? std::string{operation::meter_refusal_word(*step.meter_reason)}
                               : std::string{}},
          {"detail", step.detail.empty() ? reason : step.detail}};
}

}  // namespace metergate::runtime
