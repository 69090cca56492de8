// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/request.hpp"

#include <algorithm>

#include "gateway/north/request_params.hpp"
#include "gateway/north/signed_body.hpp"
#include "meters/identifier_rule.hpp"

namespace metergate::north {

namespace json = boost::json;

namespace {

constexpr std::size_t kLongestNote = 200;

std::string verb_words(Addressee addressee) {
  std::string out;
  for (const VerbTraits& verb : kVerbs) {
    if (verb.addressee == addressee) out += (out.empty() ? "" : ", ") + std::string{verb.word};
  }
  return out + (addressee == Addressee::Box ? ", which the box takes" : ", which a meter takes");
}

/// Unix line tools and terminals read what operators write: no control characters.
bool is_plain(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < 0x20 || octet == 0x7F;
  });
}

bool is_blank(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == ' '; });
}

std::string note(BodyReader& in, std::string_view key) {
  if (!in.has(key)) return {};
  std::string text = in.text(key);
  if (text.size() > kLongestNote || !is_plain(text)) {
    in.refuse(Reason::OutOfRange, key,
              "at most " + std::to_string(kLongestNote) + " octets without control characters");
  }
  return text;
}

void judge_times(BodyReader& in, const Command& command, UtcTime now, const Limits& limits) {
  if (command.issued_at > now + limits.max_issued_ahead) {
    in.refuse(Reason::IssuedInFuture, "issued_at",
              "at most " + std::to_string(limits.max_issued_ahead.count()) +
                  " s ahead of the gateway's clock, which shows " + rfc3339::text(now));
  }
  if (command.stated_expires_at <= command.issued_at) {
    in.refuse(Reason::OutOfRange, "expires_at", "a time after issued_at");
  }
  if (command.stated_expires_at > now + kLongestValidity) {
    in.refuse(Reason::OutOfRange, "expires_at",
              "at most " + std::to_string(kLongestValidity.count()) + " days from now");
  }
  if (command.expires_at <= now) {
    in.refuse(Reason::AlreadyExpired, "expires_at",
              "a time after the gateway's clock, which shows " + rfc3339::text(now));
  }
  if (command.not_before && *command.not_before >= command.stated_expires_at) {
    in.refuse(Reason::OutOfRange, "not_before", "a time before expires_at");
  }
}

void judge_accountability(BodyReader& in, const Command& command) {
  if (traits_of(command.verb()).accountability == Accountability::Optional) return;
  if (is_blank(command.operator_name)) {
    in.refuse(Reason::AccountabilityMissing, "operator", "who asks for this");
  }
  if (is_blank(command.work_order) && is_blank(command.comment)) {
    in.refuse(Reason::AccountabilityMissing, "work_order",
              "a work order, or a comment that says why");
  }
}

/// Everything that is known of a request before its body is understood.
struct Envelope {
  Addressee addressee = Addressee::Meter;
  std::string meter;  ///< empty for the box
  std::string verb;
  ReplyTo reply_to;
  std::optional<std::chrono::seconds> message_expiry;
  std::string site;  ///< part of what a signature covers
};

Result<Command, RefusedRequest> decode(const Envelope& envelope, std::string_view payload,
                                       UtcTime now, const Limits& limits) {
  RefusedRequest refused{{}, "", envelope.meter, envelope.verb, envelope.reply_to};
  const auto turn_away = [&](Refusal refusal) {
    refused.refusal = std::move(refusal);
    return failure(refused);
  };
  const auto body = parse_body(payload, limits);
  if (!body) return turn_away(body.error());
  BodyReader in{*body, ""};
  // The id first, so that every later refusal reaches whoever waits for it.
  const auto id = CommandId::parse(in.text("id"));
  if (in.refusal()) return turn_away(*in.refusal());
  if (!id) {
    in.refuse(Reason::InvalidIdentifier, "id", std::string{kIdentifierRule});
    return turn_away(*in.refusal());
  }
  refused.command_id = id->text();
  const bool is_for_box = envelope.addressee == Addressee::Box;
  const auto meter = is_for_box ? std::optional{box_id()} : MeterId::parse(envelope.meter);
  if (!meter) {
    return turn_away({Reason::InvalidIdentifier, "meter", "", std::string{kIdentifierRule}});
  }
  const auto verb = parse_verb(envelope.verb);
  if (!verb || traits_of(*verb).addressee != envelope.addressee) {
    return turn_away({Reason::UnknownVerb, "verb",
                      is_identifier(envelope.verb) ? envelope.verb : std::string{},
                      verb_words(envelope.addressee)});
  }
  in.allow({"id", "issued_at", "expires_at", "not_before", "priority", "operator", "work_order",
            "comment", "params", kSignature, kApproval});
  Command command{*id, *meter, Synchronise{},     {},    {}, {}, traits_of(*verb).priority, {},
                  {},  {},     envelope.reply_to, "mqtt"};
  command.issued_at = in.time("issued_at");
  command.stated_expires_at = in.time("expires_at");
  command.expires_at = command.stated_expires_at;
  if (envelope.message_expiry) {
    command.expires_at = std::min(command.expires_at, now + *envelope.message_expiry);
  }
  if (in.has("not_before")) command.not_before = in.time("not_before");
  if (in.has("priority")) {
    const auto priority = parse_priority(in.text("priority"));
    if (!priority) {
      in.refuse(Reason::OutOfRange, "priority", "urgent, token, relay, synchronisation or routine");
    }
    command.priority = priority.value_or(command.priority);
  }
  command.operator_name = note(in, "operator");
  command.work_order = note(in, "work_order");
  command.comment = note(in, "comment");
  const json::object none;
  BodyReader params{in.has("params") ? in.child("params") : none, "params."};
  if (!in.refusal()) {
    command.params = read_params(*verb, params);
    if (params.refusal()) in.refuse(*params.refusal());
  }
  if (!in.refusal()) judge_accountability(in, command);
  if (!in.refusal()) judge_times(in, command, now, limits);
  if (in.refusal()) return turn_away(*in.refusal());
  auto proof = read_proof({envelope.site, envelope.meter, envelope.verb}, *body);
  if (!proof) return turn_away(std::move(proof).error());
  command.proof = std::move(*proof);
  return command;
}

}  // namespace

Result<Command, RefusedRequest> decode_command(const Incoming& incoming, const Topics& topics,
                                               UtcTime now, const Limits& limits) {
  Envelope envelope;
  if (topics.may_answer_on(incoming.response_topic)) {
    envelope.reply_to = {incoming.response_topic, incoming.correlation_data};
  }
  envelope.message_expiry = incoming.message_expiry;
  envelope.site = topics.site().text();
  RefusedRequest refused{{}, "", "", "", envelope.reply_to};
  const auto topic = topics.parse_command_topic(incoming.topic);
  if (!topic) {
    refused.refusal = {Reason::UnknownVerb, "topic", "", "a command topic of this site"};
    return failure(refused);
  }
  envelope.verb = topic->verb;
  envelope.meter = topic->meter.value_or("");
  if (incoming.retained) {
    refused.meter = is_identifier(envelope.meter) ? envelope.meter : std::string{};
    refused.verb = is_identifier(envelope.verb) ? envelope.verb : std::string{};
    refused.refusal = {Reason::Retained, "", "retained", "a message without the retain flag"};
    return failure(refused);
  }
  if (!topic->meter) envelope.addressee = Addressee::Box;
  auto command = decode(envelope, incoming.payload, now, limits);
  if (command) return command;
  // Only names that are safe go on.
  RefusedRequest safe = command.error();
  if (!is_identifier(safe.meter)) safe.meter.clear();
  if (!is_identifier(safe.verb)) safe.verb.clear();
  return failure(safe);
}

Result<Command, RefusedRequest> decode_command_body(std::string_view meter, std::string_view verb,
                                                    std::string_view json, UtcTime now,
                                                    const Limits& limits, std::string_view site) {
  Envelope envelope;
  envelope.site = std::string{site};
  envelope.meter = std::string{meter};
  envelope.verb = std::string{verb};
  if (meter.empty()) envelope.addressee = Addressee::Box;
  return decode(envelope, json, now, limits);
}

}  // namespace metergate::north
