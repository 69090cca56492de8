// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/send/send_body.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <cctype>
#include <charconv>
#include <random>

#include "gateway/cli/terminal/time_option.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

CliResult<std::string> time_text(const std::string& typed, std::string_view option, UtcTime now) {
  const auto time = time_argument(typed, option, now, now);
  if (!time) return failure(time.error());
  return rfc3339::text(std::chrono::floor<std::chrono::seconds>(*time));
}

CliResult<json::object> token_params(const TypedCommand& typed) {
  // Groups as printed on a receipt are joined; whatever is wrong is said without the digits.
  std::string digits;
  for (const char c : typed.token) {
    if (c == ' ' || c == '-' || c == '\n' || c == '\r') continue;
    digits += c;
  }
  const auto token = Token::parse(digits);
  if (!token) {
    return failure(
        usage_error("TOKEN: " + std::to_string(digits.size()) +
                    " characters that are no STS token or UTRN; allowed: 20 digits whose check "
                    "digits hold, blanks and dashes between them are ignored"));
  }
  json::object params{{"token", digits}};
  if (typed.allow_repeat) params["allow_repeat"] = true;
  return params;
}

CliResult<json::object> read_params(const TypedCommand& typed, UtcTime now) {
  json::object params;
  json::array what;
  for (const std::string& word : typed.what) what.emplace_back(word);
  params["what"] = std::move(what);
  if (!typed.from.empty()) {
    auto from = time_text(typed.from, "--from", now);
    if (!from) return failure(std::move(from).error());
    params["from"] = *from;
  }
  if (!typed.to.empty()) {
    auto to = time_text(typed.to, "--to", now);
    if (!to) return failure(std::move(to).error());
    params["to"] = *to;
  }
  return params;
}

void add_way(json::object& params, const TypedCommand& typed) {
  if (typed.channel.empty()) return;
  params["delivery"] = "hand";
  params["channel"] = typed.channel;
  if (typed.cleared) params["cleared"] = true;
}

CliResult<json::object> issue_params(const TypedCommand& typed) {
  const auto function = parse_token_function(typed.function);
  if (!function) {
    std::string allowed;
    for (const TokenFunctionTraits& one : kTokenFunctions) {
      allowed += (allowed.empty() ? "" : ", ") + std::string{one.word};
    }
    return failure(usage_error("FUNCTION " + typed.function + ": allowed are " + allowed));
  }
  json::object params{{"function", typed.function}};
  const auto number = [&](std::string_view key) -> std::optional<CliError> {
    std::int64_t value = 0;
    const char* const end = typed.value.data() + typed.value.size();
    const auto read = std::from_chars(typed.value.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end) {
      return usage_error("VALUE " + typed.value + ": " + std::string{key} + " is a whole number");
    }
    params[key] = value;
    return std::nullopt;
  };
  std::optional<CliError> wrong;
  switch (traits_of(*function).value) {
    case TokenValue::None:
      if (!typed.value.empty()) wrong = usage_error(typed.function + " takes no VALUE");
      break;
    case TokenValue::EnergyWh:
      wrong = number("energy_wh");
      break;
    case TokenValue::PowerW:
      wrong = number("power_w");
      break;
    case TokenValue::CreditRegister:
      params["register"] = typed.value.empty() ? "all" : typed.value;
      break;
    case TokenValue::TariffIndex:
      wrong = number("tariff_index");
      break;
    case TokenValue::SupplyGroup:
      params["supply_group"] = typed.value;
      params["old_supply_group"] = typed.old_supply_group;
      break;
    case TokenValue::KeyRevision:
      wrong = number("key_revision");
      break;
    case TokenValue::TestName:
      params["test"] = typed.value;
      break;
  }
  if (wrong) return failure(*std::move(wrong));
  if (typed.confirmed) params["confirmed"] = true;
  add_way(params, typed);
  return params;
}

CliResult<json::object> registry_params(const TypedCommand& typed, UtcTime now) {
  json::object params{{"change", typed.registry.change}};
  for (const auto& field : registry::kChangeFields) {
    const std::string& name = typed.registry.*field.name;
    if (!name.empty()) params[field.word] = name;
  }
  if (!typed.effective.empty()) {
    auto time = time_text(typed.effective, "--effective", now);
    if (!time) return failure(std::move(time).error());
    params["effective"] = *time;
  }
  if (typed.change_tenancy) params["change_tenancy"] = true;
  return params;
}

/// What is no number is sent as it stands: the gateway's complaint names it.
json::value number_or_text(const std::string& digits) {
  std::int64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, value);
  if (parsed.ec == std::errc{} && parsed.ptr == end) return value;
  return json::string{digits};
}

CliResult<json::object> change_params(const TypedCommand& typed, UtcTime now) {
  json::object params;
  const auto put_number = [&](std::string_view key, const std::string& digits) {
    if (!digits.empty()) params[key] = number_or_text(digits);
  };
  const bool is_tariff = typed.verb == Verb::SetTariff;
  if (typed.verb == Verb::ChangeTenancy) {
    params["situation"] = typed.situation;
    if (typed.uncollected) params["uncollected"] = true;
  } else {
    put_number("supplier_id", typed.supplier_id);
    params["supplier_name"] = typed.supplier_name;
  }
  if (is_tariff) {
    put_number("tariff_id", typed.tariff_id);
    put_number("price_minor_per_kwh", typed.price);
  } else {
    if (!typed.actions.empty()) {
      json::array words;
      for (const std::string& word : typed.actions) words.emplace_back(word);
      params["actions"] = std::move(words);
    }
    if (!typed.relay.empty()) params["relay"] = typed.relay;
    put_number("event_id", typed.event_id);
  }
  if (!typed.effective.empty()) {
    auto time = time_text(typed.effective, "--at", now);
    if (!time) return failure(std::move(time).error());
    params[is_tariff ? "activates" : "effective"] = *time;
  }
  return params;
}

CliResult<json::object> params_of(const TypedCommand& typed, UtcTime now) {
  switch (typed.verb) {
    case Verb::DeliverToken:
      return token_params(typed);
    case Verb::SetRelay:
      return json::object{{"state", typed.state}};
    case Verb::Read:
      return read_params(typed, now);
    case Verb::Synchronise:
      return json::object{};
    case Verb::SetClock: {
      if (typed.time.empty()) return json::object{};
      auto time = time_text(typed.time, "TIME", now);
      if (!time) return failure(std::move(time).error());
      return json::object{{"time", *time}};
    }
    case Verb::Cancel:
      return json::object{{"command", typed.command}};
    case Verb::IssueToken:
      return issue_params(typed);
    case Verb::ResendTokens: {
      json::object params;
      add_way(params, typed);
      return params;
    }
    case Verb::ChangeRegistry:
      return registry_params(typed, now);
    case Verb::ChangeTenancy:
    case Verb::ChangeSupplier:
    case Verb::SetTariff:
      return change_params(typed, now);
    case Verb::ExportTenancy:
      return json::object{{"epoch", number_or_text(typed.epoch)}, {"publish", typed.publish}};
    case Verb::EraseTenancy:
      return json::object{{"epoch", number_or_text(typed.epoch)}};
  }
  return json::object{};
}

}  // namespace

std::string make_command_id(UtcTime now) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::size_t kRandomDigits = 8;
  std::string id = "cli-";
  for (const char c : rfc3339::text(std::chrono::floor<std::chrono::seconds>(now))) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) id += c;
  }
  id += '-';
  std::random_device random;
  for (std::size_t i = 0; i < kRandomDigits; ++i) id += kHex[random() % kHex.size()];
  return id;
}

std::string own_user_name() {
  std::array<char, 4096> room{};
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(getuid(), &entry, room.data(), room.size(), &found) != 0 || found == nullptr) {
    return "uid-" + std::to_string(getuid());
  }
  return found->pw_name;
}

CliResult<CommandBody> make_command_body(const TypedCommand& typed,
                                         const std::string& operator_name, UtcTime now) {
  const VerbTraits& verb = traits_of(typed.verb);
  if (verb.addressee == Addressee::Meter && !is_identifier(typed.meter)) {
    return failure(usage_error("METER: 1 to 64 of A-Z a-z 0-9 _ . - are allowed"));
  }
  const std::string id = typed.id.empty() ? make_command_id(now) : typed.id;
  if (!is_identifier(id))
    return failure(usage_error("--id: 1 to 64 of A-Z a-z 0-9 _ . - are allowed"));
  const auto valid_for = parse_duration(typed.expires_in);
  if (!valid_for || valid_for->count() == 0) {
    return failure(
        usage_error("--expires-in " + typed.expires_in + ": allowed are 90s, 15m, 6h, 3d"));
  }
  if (verb.accountability == Accountability::Required && typed.work_order.empty() &&
      typed.comment.empty()) {
    return failure(
        usage_error(std::string{verb.word} +
                    " is written down with its reason: --work-order or --comment is needed"));
  }
  auto params = params_of(typed, now);
  if (!params) return failure(std::move(params).error());

  json::object body{{"id", id},
                    {"issued_at", rfc3339::text(now)},
                    {"expires_at", rfc3339::text(now + *valid_for)},
                    {"operator", operator_name},
                    {"params", std::move(params).value()}};
  if (!typed.not_before.empty()) {
    auto time = time_text(typed.not_before, "--not-before", now);
    if (!time) return failure(std::move(time).error());
    body["not_before"] = *time;
  }
  if (!typed.priority.empty()) body["priority"] = typed.priority;
  if (!typed.work_order.empty()) body["work_order"] = typed.work_order;
  if (!typed.comment.empty()) body["comment"] = typed.comment;
  return CommandBody{.id = id, .body = std::move(body), .valid_for = *valid_for};
}

}  // namespace metergate::cli
