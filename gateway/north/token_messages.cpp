// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/token_messages.hpp"

#include <boost/json.hpp>

#include "gateway/north/token_slip.hpp"
#include "protocols/iso8601/rfc3339.hpp"
#include "protocols/sts/token_identifier.hpp"

namespace metergate::north {
namespace {

namespace json = boost::json;

enum class Digits : bool { Hidden, Shown };

json::object object_of(const TokenIssue& issue, Digits digits) {
  json::object out{{"issue", issue.id.text()},
                   {"function", std::string{traits_of(issue.order.function).word}},
                   {"issued_at", rfc3339::text(issue.issued_at)},
                   {"state", std::string{issued_state_word(issue.state())}},
                   {"vending_key", issue.vending_key}};
  if (issue.tid) {
    const sts::TokenClock clock{static_cast<sts::BaseDate>(issue.base_date), {}};
    out["tid"] =
        rfc3339::text(sts::token_time(sts::TokenIdentifier::from_minutes(*issue.tid), clock));
  }
  json::array tokens;
  for (const IssuedToken& token : issue.tokens) {
    json::object one{{"number", token.number},
                     {"state", std::string{issued_state_word(token.state)}}};
    if (digits == Digits::Shown) one["digits"] = token.digits.reveal();
    if (!token.command.empty()) one["command"] = token.command;
    if (!token.reason.empty()) one["reason"] = token.reason;
    tokens.push_back(std::move(one));
  }
  out["tokens"] = std::move(tokens);
  return out;
}

Digits digits_for(TokenDelivery delivery) {
  return delivery == TokenDelivery::Hand ? Digits::Shown : Digits::Hidden;
}

/// What whoever asks for it has to have ready; mostly nothing.
std::string warning(const TokenIssue& issue) {
  if (issue.order.function != TokenFunction::ClearCredit) return {};
  return "With no credit left the meter disconnects: have a credit token ready to follow.";
}

/// What the person who keys it in has to know.
std::string advice(const TokenIssue& issue) {
  if (issue.tokens.size() < 2) {
    std::string text = "Key in all 20 digits. Older tokens must be keyed in first.";
    if (const std::string more = warning(issue); !more.empty()) text += ' ' + more;
    return text;
  }
  return "Key in all " + std::to_string(issue.tokens.size()) +
         " tokens, in this order, without a pause; tokens made before must be keyed in first.";
}

/// Whoever prints it needs nothing but a printer.
void add_slip(json::object& out, const TokenIssue& issue, HandChannel channel,
              const TokenMeter& whose) {
  if (channel != HandChannel::Print) return;
  const SlipFacts facts{whose.site, whose.meter, whose.serial, advice(issue)};
  out["slip"] = json::object{{"text", slip_text(issue, facts)}, {"html", slip_html(issue, facts)}};
}

}  // namespace

std::string encode_issue_result(const TokenIssue& issue, const TokenMeter& whose) {
  json::object out = object_of(issue, digits_for(issue.delivery));
  if (std::string text = warning(issue); !text.empty()) out["warning"] = std::move(text);
  add_slip(out, issue, issue.channel, whose);
  return json::serialize(out);
}

std::string encode_resend_result(const std::vector<TokenIssue>& issues, const ResendTokens& asked,
                                 const TokenMeter& whose) {
  json::array out;
  for (const TokenIssue& issue : issues) {
    json::object one = object_of(issue, digits_for(asked.delivery));
    add_slip(one, issue, asked.channel, whose);
    out.push_back(std::move(one));
  }
  return json::serialize(json::object{{"outstanding", std::move(out)}});
}

std::string encode_issue_state(const TokenIssue& issue, const TokenMeter& whose, UtcTime at) {
  json::object out = object_of(issue, Digits::Hidden);
  out["site"] = whose.site.text();
  out["meter"] = whose.meter.text();
  out["at"] = rfc3339::text(at);
  return json::serialize(out);
}

std::string without_digits(const std::string& result_json) {
  json::error_code broken;
  json::value result = json::parse(result_json, broken);
  if (broken || !result.is_object()) return {};
  const auto strip = [](json::value& issue) {
    if (!issue.is_object()) return;
    issue.get_object().erase("slip");
    json::value* tokens = issue.get_object().if_contains("tokens");
    if (tokens == nullptr || !tokens->is_array()) return;
    for (json::value& token : tokens->get_array()) {
      if (token.is_object()) token.get_object().erase("digits");
    }
  };
  strip(result);
  if (json::value* all = result.get_object().if_contains("outstanding");
      all != nullptr && all->is_array()) {
    for (json::value& issue : all->get_array()) strip(issue);
  }
  return json::serialize(result);
}

std::string encode_issue_audit(const TokenIssue& issue) {
  json::object out = object_of(issue, Digits::Hidden);
  out["value"] = issue.order.value;
  out["word"] = issue.order.word;
  out["delivery"] = std::string{token_delivery_word(issue.delivery)};
  if (issue.to_supply_group) {
    out["to_supply_group"] = *issue.to_supply_group;
    out["to_tariff_index"] = issue.to_tariff_index.value_or(0);
    out["to_key_revision"] = issue.to_key_revision.value_or(0);
  }
  return json::serialize(out);
}

std::string encode_refused_command(const Command& command, const Refusal& refusal) {
  json::object out{{"command", command.id.text()},
                   {"verb", std::string{traits_of(command.verb()).word}},
                   {"reason", std::string{reason_word(refusal.reason)}},
                   {"field", refusal.field},
                   {"value", refusal.value}};
  if (const auto* issue = std::get_if<IssueToken>(&command.params)) {
    out["function"] = std::string{traits_of(issue->order.function).word};
  }
  return json::serialize(out);
}

std::string encode_handover(const TokenIssue& issue, const TokenHandover& handover,
                            const TokenMeter& whose) {
  json::object out = object_of(issue, Digits::Shown);
  out["site"] = whose.site.text();
  out["meter"] = whose.meter.text();
  out["channel"] = std::string{hand_channel_word(handover.channel)};
  out["at"] = rfc3339::text(handover.at);
  out["operator"] = handover.operator_name;
  out["advice"] = advice(issue);
  add_slip(out, issue, handover.channel, whose);
  return json::serialize(out);
}

}  // namespace metergate::north
