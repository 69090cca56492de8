// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/request_params.hpp"

#include <algorithm>

namespace metergate::north {

namespace json = boost::json;

namespace {

CommandParams deliver_token(BodyReader& in) {
  in.allow({"token", "allow_repeat"});
  const std::string digits = in.text("token");
  const bool repeat = in.has("allow_repeat") && in.boolean("allow_repeat");
  if (in.refusal()) return Synchronise{};
  const auto token = Token::parse(digits);
  if (token) return DeliverToken{*token, repeat};
  // The value is never repeated: it may be money with one digit mistyped.
  switch (token.error().reason) {
    case DigitsFault::Reason::WrongLength:
      in.refuse({Reason::TokenFormat, "params.token",
                 std::to_string(token.error().position) + " digits", "20 digits"});
      break;
    case DigitsFault::Reason::NotADigit:
      in.refuse({Reason::TokenFormat, "params.token",
                 "another character at position " + std::to_string(token.error().position),
                 "20 digits, grouped by spaces or hyphens if at all"});
      break;
    case DigitsFault::Reason::OutOfRange:
      in.refuse({Reason::TokenFormat, "params.token", "20 digits of no known family",
                 "an STS token (below 2^66) or a UTRN (73941569907863060480 to "
                 "75382721788621619194)"});
      break;
    case DigitsFault::Reason::CheckDigit:
      in.refuse({Reason::TokenCheckDigit, "params.token", "20 digits", "a check that holds"});
      break;
  }
  return Synchronise{};
}

CommandParams set_relay(BodyReader& in) {
  in.allow({"state"});
  const auto state = parse_supply(in.text("state"));
  if (!state || *state == SupplyState::Unknown) {
    in.refuse(Reason::OutOfRange, "state", "off, armed or on");
  }
  return SetRelay{state.value_or(SupplyState::Off)};
}

CommandParams read(BodyReader& in) {
  in.allow({"what", "from", "to"});
  Read out;
  for (const json::value& word : in.list("what")) {
    const auto data = word.is_string()
                          ? parse_data_class({word.get_string().data(), word.get_string().size()})
                          : std::nullopt;
    if (!data || std::ranges::find(out.what, *data) != out.what.end()) {
      in.refuse(Reason::OutOfRange, "what",
                "each once of registers, daily, profile, logs, clock, relay");
      return out;
    }
    out.what.push_back(*data);
  }
  if (out.what.empty()) {
    in.refuse(Reason::OutOfRange, "what",
              "at least one of registers, daily, profile, logs, clock, relay");
  }
  if (in.has("from")) out.from = std::chrono::floor<std::chrono::seconds>(in.time("from"));
  if (in.has("to")) out.to = std::chrono::floor<std::chrono::seconds>(in.time("to"));
  if (out.from && out.to && *out.from >= *out.to) {
    in.refuse(Reason::OutOfRange, "to", "a time after params.from");
  }
  return out;
}

CommandParams set_clock(BodyReader& in) {
  in.allow({"time"});
  SetClock out;
  if (in.has("time")) out.time = std::chrono::floor<std::chrono::seconds>(in.time("time"));
  return out;
}

CommandParams cancel(BodyReader& in) {
  in.allow({"command"});
  const auto id = CommandId::parse(in.text("command"));
  if (id) return Cancel{*id};
  in.refuse(Reason::InvalidIdentifier, "command", "1 to 64 of A-Z a-z 0-9 _ . -");
  return Synchronise{};
}

}  // namespace

CommandParams read_params(Verb verb, BodyReader& in) {
  switch (verb) {
    case Verb::DeliverToken:
      return deliver_token(in);
    case Verb::SetRelay:
      return set_relay(in);
    case Verb::Read:
      return read(in);
    case Verb::Synchronise:
      in.allow({});
      return Synchronise{};
    case Verb::SetClock:
      return set_clock(in);
    case Verb::Cancel:
      return cancel(in);
  }
  return Synchronise{};
}

}  // namespace metergate::north
