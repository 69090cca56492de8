// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/request_params.hpp"

#include <algorithm>

#include "gateway/north/change_params.hpp"
#include "meters/identifier_rule.hpp"
#include "meters/registry_names.hpp"

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
                "each once of registers, daily, profile, logs, clock, relay, billing, tariff");
      return out;
    }
    out.what.push_back(*data);
  }
  if (out.what.empty()) {
    in.refuse(Reason::OutOfRange, "what",
              "at least one of registers, daily, profile, logs, clock, relay, billing, tariff");
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

/// Where a token goes: `delivery`, and for `hand` the `channel`.
template <typename Params>
void read_way(Params& params, BodyReader& in) {
  if (in.has("delivery")) {
    const auto delivery = parse_token_delivery(in.text("delivery"));
    if (!delivery) in.refuse(Reason::OutOfRange, "delivery", "remote or hand");
    params.delivery = delivery.value_or(TokenDelivery::Remote);
  }
  const bool by_hand = params.delivery == TokenDelivery::Hand;
  if (by_hand || in.has("channel")) {
    const auto channel = parse_hand_channel(in.text("channel"));
    if (!channel) in.refuse(Reason::OutOfRange, "channel", "sms, email or print");
    if (!by_hand) in.refuse(Reason::OutOfRange, "channel", "none, or delivery = hand with it");
    params.channel = channel.value_or(HandChannel::None);
  }
  params.cleared = in.has("cleared") && in.boolean("cleared");
}

/// A supply group code is six digits; as a number its leading zeros would be lost.
std::uint32_t supply_group(BodyReader& in, std::string_view key) {
  const std::string digits = in.text(key);
  const bool right = digits.size() == 6 &&
                     std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (!right) in.refuse(Reason::OutOfRange, key, "six digits");
  return right ? static_cast<std::uint32_t>(std::stoul(digits)) : 0;
}

/// Reads the one value the function takes, and says in which field it stands; empty for none. The
/// ranges are those of the token itself; what an operator may do is access control's to say.
std::string_view read_value(BodyReader& in, TokenOrder& order) {
  constexpr std::int64_t kMostEnergyWh = 1'820'162'400;
  constexpr std::int64_t kMostPowerW = 18'201'624;
  constexpr std::int64_t kLeastPowerW = 10;
  switch (traits_of(order.function).value) {
    case TokenValue::None:
      return {};
    case TokenValue::EnergyWh:
      order.value = in.integer("energy_wh", 1, kMostEnergyWh);
      return "energy_wh";
    case TokenValue::PowerW:
      order.value = in.integer("power_w", kLeastPowerW, kMostPowerW);
      return "power_w";
    case TokenValue::CreditRegister:
      order.word = in.text("register");
      return "register";
    case TokenValue::TariffIndex:
      order.value = in.integer("tariff_index", 0, 99);
      return "tariff_index";
    case TokenValue::SupplyGroup:
      order.value = supply_group(in, "supply_group");
      order.old_supply_group = supply_group(in, "old_supply_group");
      return "supply_group";
    case TokenValue::KeyRevision:
      order.value = in.integer("key_revision", 1, 9);
      return "key_revision";
    case TokenValue::TestName:
      order.word = in.text("test");
      return "test";
  }
  return {};
}

void refuse_other_values(BodyReader& in, std::string_view used) {
  for (const std::string_view key : {"energy_wh", "power_w", "register", "tariff_index",
                                     "supply_group", "key_revision", "test"}) {
    if (key != used && in.has(key)) {
      in.refuse(Reason::UnknownField, key,
                used.empty() ? "no value for this function" : std::string{used} + " only");
    }
  }
  if (used != "supply_group" && in.has("old_supply_group")) {
    in.refuse(Reason::UnknownField, "old_supply_group", "with supply-group only");
  }
}

CommandParams issue_token(BodyReader& in) {
  in.allow({"function", "energy_wh", "power_w", "register", "tariff_index", "supply_group",
            "old_supply_group", "key_revision", "test", "confirmed", "delivery", "channel",
            "cleared"});
  IssueToken out;
  const auto function = parse_token_function(in.text("function"));
  if (!function) {
    std::string allowed;
    for (const TokenFunctionTraits& one : kTokenFunctions) {
      allowed += (allowed.empty() ? "" : ", ") + std::string{one.word};
    }
    in.refuse(Reason::OutOfRange, "function", allowed);
    return out;
  }
  out.order.function = *function;
  const std::string_view used = read_value(in, out.order);
  refuse_other_values(in, used);
  out.order.confirmed = in.has("confirmed") && in.boolean("confirmed");
  read_way(out, in);
  return out;
}

CommandParams resend_tokens(BodyReader& in) {
  in.allow({"delivery", "channel", "cleared"});
  ResendTokens out;
  read_way(out, in);
  return out;
}

Reason reason_of(registry::NamesFault::Reason fault) {
  using Fault = registry::NamesFault::Reason;
  switch (fault) {
    case Fault::UnknownWord:
      return Reason::OutOfRange;
    case Fault::Missing:
      return Reason::MissingField;
    case Fault::NotForThisChange:
      return Reason::UnknownField;
    case Fault::NoIdentifier:
      break;
  }
  return Reason::InvalidIdentifier;
}

CommandParams change_registry(BodyReader& in) {
  in.allow({"change", "meter", "new_meter", "location", "new_location", "customer", "serial",
            "seat", "effective", "change_tenancy"});
  registry::ChangeNames names;
  names.change = in.text("change");
  for (const auto& field : registry::kChangeFields) {
    if (!in.has(field.word)) continue;
    names.*field.name = in.text(field.word);
    if ((names.*field.name).empty()) {
      in.refuse(Reason::InvalidIdentifier, field.word, std::string{kIdentifierRule});
    }
  }
  std::optional<UtcTime> effective;
  if (in.has("effective")) effective = in.time("effective");
  const bool changes_tenancy = in.has("change_tenancy") && in.boolean("change_tenancy");
  if (in.refusal()) return Synchronise{};
  auto request = registry::request_of(names);
  if (request) {
    const bool is_settled = std::holds_alternative<registry::SettleConflict>(*request);
    if (is_settled && effective) {
      in.refuse(Reason::UnknownField, "effective", "none with settle, which is done at once");
    }
    if (is_settled && changes_tenancy) {
      in.refuse(Reason::UnknownField, "change_tenancy", "none with settle: nobody moves");
    }
    return ChangeRegistry{std::move(*request), effective, changes_tenancy};
  }
  in.refuse(reason_of(request.error().reason), request.error().field, request.error().expected);
  return Synchronise{};
}

CommandParams cancel(BodyReader& in) {
  in.allow({"command"});
  const auto id = CommandId::parse(in.text("command"));
  if (id) return Cancel{*id};
  in.refuse(Reason::InvalidIdentifier, "command", std::string{kIdentifierRule});
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
    case Verb::IssueToken:
      return issue_token(in);
    case Verb::ResendTokens:
      return resend_tokens(in);
    case Verb::ChangeRegistry:
      return change_registry(in);
    case Verb::ChangeTenancy:
      return change_tenancy(in);
    case Verb::ChangeSupplier:
      return change_supplier(in);
    case Verb::SetTariff:
      return set_tariff(in);
    case Verb::ExportTenancy:
      return export_tenancy(in);
    case Verb::EraseTenancy:
      return erase_tenancy(in);
  }
  return Synchronise{};
}

}  // namespace metergate::north
