// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/control/control_desk.hpp"

#include <boost/json.hpp>
#include <memory>

#include "gateway/runtime/commands/command_origin.hpp"

namespace metergate::runtime {

namespace json = boost::json;

namespace {

void complain(const ControlReply& reply, std::string_view what) {
  reply(json::serialize(json::object{{"error", std::string{what}}}), true);
}

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  return std::string{value->get_string()};
}

/// The payload as published, under one key.
std::string wrapped(std::string_view key, const std::string& payload) {
  return "{\"" + std::string{key} + "\":" + payload + "}";
}

json::object params_of(const ControlRequest& request) {
  json::error_code error;
  const json::value parsed = json::parse(request.params_json, error);
  return !error && parsed.is_object() ? parsed.get_object() : json::object{};
}

/// Nobody forgets one that runs for days.
constexpr std::int64_t kLongestTrace_s = 3'600;
constexpr std::size_t kMostTraces = 16;
constexpr std::size_t kLongestNote = 256;

}  // namespace

void ControlDesk::handle(const ControlRequest& request, const ControlReply& reply) {
  if (request.method == "send") return send(request, reply);
  if (request.method == "meters") return meters(reply);
  if (request.method == "probe") return probe(request, reply);
  if (request.method == "status") return status(reply);
  if (request.method == "trace") return trace(request, reply);
  if (request.method == "release-fuse") return release_fuse(request, reply);
  complain(reply, "unknown method " + request.method +
                      "; allowed are send, meters, probe, status, trace, release-fuse");
}

void ControlDesk::send(const ControlRequest& request, const ControlReply& reply) {
  const json::object params = params_of(request);
  const json::value* body = params.if_contains("body");
  if (body == nullptr || !body->is_object()) return complain(reply, "params.body is missing");
  const UtcTime now = clock_.now().utc;
  const auto refuse = [&](const north::RefusedRequest& refused) {
    reply(wrapped("refusal", north::encode_refusal(gateway_.topics().site(), refused, now)), true);
  };
  auto command = north::decode_command_body(text_of(params, "meter"), text_of(params, "verb"),
                                            json::serialize(*body), now, gateway_.limits(),
                                            gateway_.topics().site().text());
  if (!command) return refuse(command.error());
  // Who sits at the box is known, not claimed.
  command->origin = std::string{kLocalOrigin} + request.user;
  command->operator_name = request.user;

  // Listening begins first: a step may follow the acceptance at once.
  struct Listening {
    std::uint64_t number = 0;
    bool ended = false;
  };
  const auto listening = std::make_shared<Listening>();
  const CommandId id = command->id;
  listening->number =
      gateway_.listen([this, reply, listening, id](const Command& told, const Step& step) {
        if (listening->ended || told.id != id) return;
        const bool end = is_terminal(step.to);
        const bool heard =
            reply(wrapped("step", north::encode_step(gateway_.topics().site(), told, step)), end);
        if (!end && heard) return;
        listening->ended = true;
        gateway_.stop_listening(listening->number);
      });
  const Submitted submitted = gateway_.submit(*command);
  if (std::holds_alternative<CommandTaken>(submitted)) return;
  if (const auto* known = std::get_if<CommandKnown>(&submitted)) {
    Step step;
    step.at = known->command.changed_at;
    step.from = step.to = known->command.state;
    step.attempt = known->command.attempt;
    step.reason = known->command.reason;
    step.transaction = known->command.transaction;
    step.result_json = known->command.result_json;
    const bool end = is_terminal(step.to);
    reply(
        wrapped("step", north::encode_step(gateway_.topics().site(), known->command.command, step)),
        end);
    if (!end) return;
  } else {
    refuse(std::get<north::RefusedRequest>(submitted));
  }
  listening->ended = true;
  gateway_.stop_listening(listening->number);
}

void ControlDesk::meters(const ControlReply& reply) {
  const Now now = clock_.now();
  for (const auto& [id, meter] : gateway_.meters()) {
    if (meter->removed) continue;
    json::object line{{"meter", id.text()},
                      {"state", std::string{session::state_word(meter->session.state())}},
                      {"line", meter->runner->name()},
                      {"queue", meter->live_commands},
                      {"timeout_ms", meter->session.timeout().count()},
                      {"failures", meter->session.failures()}};
    if (const auto contact = meter->session.last_contact()) {
      line["last_contact"] = rfc3339::text(*contact);
    }
    const auto next = meter->session.next_attempt();
    if (next && *next > now.instant) {
      line["next_attempt"] = rfc3339::text(
          now.utc + std::chrono::duration_cast<std::chrono::milliseconds>(*next - now.instant));
    }
    if (!reply(json::serialize(line), false)) return;
  }
  reply("{}", true);
}

void ControlDesk::probe(const ControlRequest& request, const ControlReply& reply) {
  const std::string name = text_of(params_of(request), "meter");
  const auto id = MeterId::parse(name);
  if (!id || !gateway_.probe(*id, request.user)) {
    return complain(reply, "meter " + name + " is not a meter of this gateway");
  }
  reply(json::serialize(json::object{{"meter", name}}), true);
}

void ControlDesk::trace(const ControlRequest& request, const ControlReply& reply) {
  const json::object params = params_of(request);
  const std::string name = text_of(params, "meter");
  const auto id = MeterId::parse(name);
  if (!id || gateway_.find_meter(*id) == nullptr) {
    return complain(reply, "meter " + name + " is not a meter of this gateway");
  }
  const json::value* seconds = params.if_contains("seconds");
  if (seconds == nullptr || !seconds->is_int64() || seconds->get_int64() < 1 ||
      seconds->get_int64() > kLongestTrace_s) {
    return complain(reply, "params.seconds: a whole number from 1 to " +
                               std::to_string(kLongestTrace_s) + " is needed");
  }
  if (gateway_.traces() >= kMostTraces) {
    return complain(reply, std::to_string(kMostTraces) + " traces are running; end one of them");
  }
  const auto number = std::make_shared<std::uint64_t>(0);
  *number = gateway_.trace(
      *id, std::chrono::seconds{seconds->get_int64()},
      [this, reply, number](const TracedExchange& exchange) {
        const bool heard = reply(encode_trace(exchange, clock_.now().utc), false);
        if (!heard) gateway_.stop_tracing(*number);
      },
      [reply] { static_cast<void>(reply("{}", true)); });
}

void ControlDesk::release_fuse(const ControlRequest& request, const ControlReply& reply) {
  const json::object params = params_of(request);
  const RelayFuse::Person by{request.user, text_of(params, "work_order"),
                             text_of(params, "comment")};
  const auto says_nothing = [](const std::string& text) {
    return text.find_first_not_of(" \t\r\n") == std::string::npos;
  };
  if (by.work_order.size() > kLongestNote || by.comment.size() > kLongestNote) {
    return complain(
        reply, "work_order and comment: at most " + std::to_string(kLongestNote) + " octets each");
  }
  if (says_nothing(by.work_order) && says_nothing(by.comment)) {
    return complain(reply, "a work order or a comment has to say what it is released for");
  }
  if (!gateway_.release_fuse(by)) {
    return complain(reply, "it could not be written down, so the fuse was not released");
  }
  reply("{}", true);
}

void ControlDesk::status(const ControlReply& reply) {
  reply(north::encode_gateway_state(gateway_.topics().site(), gateway_.state(), clock_.now().utc),
        true);
}

}  // namespace metergate::runtime
