// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/reply.hpp"

#include <boost/json.hpp>

namespace metergate::north {

namespace json = boost::json;

namespace {

void put(json::object& out, std::string_view key, const std::string& text) {
  if (!text.empty()) out[key] = text;
}

/// Whom a command was for, by the words of its answer; answers of the box name no meter.
std::optional<MeterId> addressee(const std::string& meter, const std::string& verb) {
  if (!meter.empty()) return MeterId::parse(meter);
  const auto known = parse_verb(verb);
  const bool is_for_box = known && traits_of(*known).addressee == Addressee::Box;
  return is_for_box ? std::optional{box_id()} : std::nullopt;
}

}  // namespace

std::string reply_topic(const Topics& topics, const Command& command) {
  if (!command.reply_to.response_topic.empty()) return command.reply_to.response_topic;
  return topics.result(command.meter, command.id);
}

std::string reply_topic(const Topics& topics, const RefusedRequest& refused) {
  if (!refused.reply_to.response_topic.empty()) return refused.reply_to.response_topic;
  const auto meter = addressee(refused.meter, refused.verb);
  const auto id = CommandId::parse(refused.command_id);
  return meter && id ? topics.result(*meter, *id) : topics.refused();
}

std::optional<std::string> own_result_topic(const Topics& topics, std::string_view payload) {
  json::error_code damaged;
  const json::value value = json::parse({payload.data(), payload.size()}, damaged);
  const json::object* answer = damaged ? nullptr : value.if_object();
  if (answer == nullptr || !answer->contains("state") || !answer->contains("final")) {
    return std::nullopt;
  }
  const auto text = [&](std::string_view key) {
    const json::value* found = answer->if_contains(key);
    return found != nullptr && found->is_string() ? std::string{found->get_string()}
                                                  : std::string{};
  };
  const auto meter = addressee(text("meter"), text("verb"));
  const auto command = CommandId::parse(text("command"));
  return meter && command ? topics.result(*meter, *command) : topics.refused();
}

std::string encode_step(const SiteId& site, const Command& command, const Step& step) {
  json::object out{{"site", site.text()}};
  if (command.meter != box_id()) out["meter"] = command.meter.text();
  out["command"] = command.id.text();
  out["verb"] = traits_of(command.verb()).word;
  out["state"] = state_word(step.to);
  out["final"] = is_terminal(step.to);
  out["at"] = rfc3339::text(step.at);
  out["attempt"] = step.attempt;
  put(out, "reason", std::string{reason_word(step.reason)});
  put(out, "detail", step.detail);
  if (step.meter_reason) out["meter_reason"] = operation::meter_refusal_word(*step.meter_reason);
  put(out, "meter_raw", step.meter_raw);
  if (step.transaction != 0) out["transaction"] = step.transaction;
  if (!step.result_json.empty()) {
    json::error_code broken;
    json::value result = json::parse(step.result_json, broken);
    if (!broken) out["result"] = std::move(result);
  }
  return json::serialize(out);
}

std::string encode_refusal(const SiteId& site, const RefusedRequest& refused, UtcTime at) {
  json::object out{{"site", site.text()}};
  put(out, "meter", refused.meter);
  put(out, "command", refused.command_id);
  put(out, "verb", refused.verb);
  out["state"] = "refused";
  out["final"] = true;
  out["at"] = rfc3339::text(at);
  out["reason"] = reason_word(refused.refusal.reason);
  put(out, "field", refused.refusal.field);
  put(out, "value", refused.refusal.value);
  put(out, "expected", refused.refusal.expected);
  return json::serialize(out);
}

}  // namespace metergate::north
