// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/token_slip.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "meters/quantity.hpp"
#include "protocols/iso8601/rfc3339.hpp"
#include "protocols/sts/transfer_amount.hpp"

namespace metergate::north {
namespace {

constexpr std::size_t kColumns = 48;
constexpr std::size_t kNameWidth = 15;
constexpr std::uint64_t kWhPerUnit = 100;

std::string padded(std::int64_t number, std::size_t width) {
  std::string digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

/// What stands on the paper above the digits: name and value.
std::vector<std::pair<std::string, std::string>> rows(const TokenIssue& issue,
                                                      const SlipFacts& facts) {
  std::vector<std::pair<std::string, std::string>> out{{"Meter", facts.meter.text()}};
  if (!facts.serial.empty()) out.emplace_back("Serial number", facts.serial);
  out.emplace_back("Token", std::string{traits_of(issue.order.function).word});
  if (std::string amount = amount_text(issue.order); !amount.empty()) {
    out.emplace_back("Value", std::move(amount));
  }
  const std::string made = rfc3339::text(issue.issued_at);
  out.emplace_back("Made", made.substr(0, 10) + ' ' + made.substr(11, 5) + " UTC");
  out.emplace_back("Reference", issue.id.text());
  return out;
}

/// `1 of 3`, which a single token has no need of.
std::string place_in_set(const TokenIssue& issue, const IssuedToken& token) {
  if (issue.tokens.size() < 2) return {};
  return std::to_string(token.number) + " of " + std::to_string(issue.tokens.size());
}

/// Above the digits of a set.
std::string order_of_entry(const TokenIssue& issue) {
  if (issue.tokens.size() < 2) return {};
  return "Enter " + place_in_set(issue, issue.tokens.front()) + " first:";
}

/// Broken at blanks.
std::string folded(const std::string& text) {
  std::string out;
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (!line.empty() && line.size() + 1 + word.size() > kColumns) {
      out += line + '\n';
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    at = end + 1;
  }
  return out + line + '\n';
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// 80 mm are a till printer's roll; other paper has room enough.
constexpr std::string_view kStyle =
    "@page{margin:5mm}"
    "body{font-family:sans-serif;font-size:11pt;max-width:72mm;margin:0 auto}"
    "h1{font-size:13pt;margin:0 0 2mm}"
    "th{text-align:left;font-weight:normal;padding:0 4mm 0 0;white-space:nowrap}"
    "ol{list-style:none;margin:4mm 0;padding:0}"
    "li{page-break-inside:avoid;margin:0 0 3mm}"
    "code{font-family:monospace;font-size:14pt;font-weight:bold;white-space:nowrap}";

}  // namespace

std::string amount_text(const TokenOrder& order) {
  switch (order.function) {
    case TokenFunction::Credit:
    case TokenFunction::FreeIssue: {
      const auto wh = static_cast<std::uint64_t>(order.value);
      const auto amount = sts::TransferAmount::from_units((wh + kWhPerUnit - 1) / kWhPerUnit);
      if (!amount) return {};
      return Decimal{static_cast<std::int64_t>(amount->units()), -1}.text() + " kWh";
    }
    case TokenFunction::PowerLimit:
    case TokenFunction::PhaseUnbalanceLimit: {
      const auto amount = sts::TransferAmount::from_units(static_cast<std::uint64_t>(order.value));
      if (!amount) return {};
      return Decimal{static_cast<std::int64_t>(amount->units()), -3}.text() + " kW";
    }
    case TokenFunction::TariffIndex:
      return "tariff index " + padded(order.value, 2);
    case TokenFunction::SupplyGroup:
      return "supply group " + padded(order.value, 6);
    case TokenFunction::KeyRevision:
      return "key revision " + std::to_string(order.value);
    case TokenFunction::ClearCredit:
    case TokenFunction::MeterTest:
      return order.word;
    default:
      return {};
  }
}

std::string slip_text(const TokenIssue& issue, const SlipFacts& facts) {
  const std::string_view title = "PREPAYMENT TOKEN";
  const std::string& site = facts.site.text();
  const std::size_t gap =
      title.size() + site.size() < kColumns ? kColumns - title.size() - site.size() : 1;
  std::string out = std::string{title} + std::string(gap, ' ') + site + "\n\n";
  for (const auto& [name, value] : rows(issue, facts)) {
    out += name + std::string(kNameWidth - name.size(), ' ') + value + '\n';
  }
  out += '\n';
  if (const std::string order = order_of_entry(issue); !order.empty()) out += order + '\n';
  for (const IssuedToken& token : issue.tokens) {
    const std::string place = place_in_set(issue, token);
    out += place + std::string(kNameWidth - std::min(kNameWidth, place.size()), ' ') +
           token.digits.reveal_grouped() + '\n';
  }
  return out + '\n' + folded(facts.advice);
}

std::string slip_html(const TokenIssue& issue, const SlipFacts& facts) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Prepayment token " +
      escaped(issue.id.text()) + "</title><style>" + std::string{kStyle} +
      "</style></head><body>\n<h1>Prepayment token</h1>\n<table>\n";
  out += "<tr><th>Site</th><td>" + escaped(facts.site.text()) + "</td></tr>\n";
  for (const auto& [name, value] : rows(issue, facts)) {
    out += "<tr><th>" + escaped(name) + "</th><td>" + escaped(value) + "</td></tr>\n";
  }
  out += "</table>\n";
  if (const std::string order = order_of_entry(issue); !order.empty()) {
    out += "<p>" + escaped(order) + "</p>\n";
  }
  out += "<ol>\n";
  for (const IssuedToken& token : issue.tokens) {
    const std::string place = place_in_set(issue, token);
    out += "<li>" + (place.empty() ? std::string{} : escaped(place) + "<br>") + "<code>" +
           escaped(token.digits.reveal_grouped()) + "</code></li>\n";
  }
  return out + "</ol>\n<p>" + escaped(facts.advice) + "</p>\n</body></html>\n";
}

}  // namespace metergate::north
