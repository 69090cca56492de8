// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/trace/trace_text.hpp"

#include <fmt/format.h>

#include "gateway/cli/explain/dlms_apdu.hpp"
#include "gateway/cli/explain/modbus.hpp"
#include "gateway/cli/terminal/json_members.hpp"
#include "gateway/journal/neutral_text.hpp"
#include "protocols/modbus/pdu.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, std::string_view key) {
  return std::string{text_in(object, key).value_or("")};
}

// ---- Modbus -------------------------------------------------------------------------------------

struct Meanings {
  std::string request;
  std::string answer;
};

Meanings modbus_meanings(const Octets& request, const Octets& answer) {
  Meanings out;
  const auto asked = modbus::decode_request(request);
  if (!asked) return out;
  out.request = request_meaning(*asked);
  if (answer.empty()) return out;
  const auto said = modbus::decode_response(*asked, answer);
  out.answer = said ? answer_meaning(*said)
                    : "no answer to this: " + std::string{modbus::fault_word(said.error().reason)};
  return out;
}

// ---- the others ---------------------------------------------------------------------------------

std::string apdu_meaning(const Octets& apdu) {
  if (apdu.empty()) return {};
  Outline out;
  explain_apdu(out, 4, apdu, {});
  std::string text = out.text();
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return "\n" + text;
}

std::string plain_text(const Octets& octets) {
  return journal::neutral(std::string(octets.begin(), octets.end()));
}

std::string half(std::string_view arrow, const std::string& protocol, const std::string& hex_text,
                 const Octets& octets, const std::string& meaning) {
  if (protocol == "mqtt" || protocol == "mode-c")
    return fmt::format("  {} {}\n", arrow, plain_text(octets));
  return fmt::format("  {} {}{}{}\n", arrow, hex_text, meaning.empty() ? "" : "   ", meaning);
}

}  // namespace

std::string trace_text(const json::object& exchange) {
  const std::string protocol = text_of(exchange, "protocol");
  const std::string request_hex = text_of(exchange, "request");
  const std::string answer_hex = text_of(exchange, "answer");
  const Octets request = hex::parse(request_hex).value_or(Octets{});
  const Octets answer = hex::parse(answer_hex).value_or(Octets{});
  Meanings means;
  if (protocol == "modbus") {
    means = modbus_meanings(request, answer);
  } else if (protocol == "dlms") {
    means = {apdu_meaning(request), apdu_meaning(answer)};
  }
  std::string out =
      fmt::format("{}  {}  {}  {:.1f} ms\n", text_of(exchange, "at"), text_of(exchange, "meter"),
                  text_of(exchange, "link"),
                  static_cast<double>(integer_in(exchange, "on_wire_us").value_or(0)) / 1'000);
  if (exchange.contains("hidden_octets")) {
    out += fmt::format("  -> of a token on its way: {} octets that are not shown\n",
                       integer_in(exchange, "hidden_octets").value_or(0));
  } else {
    out += half("->", protocol, request_hex, request, means.request);
  }
  if (exchange.contains("fault")) {
    out += fmt::format("  <- {}: {}\n", text_of(exchange, "fault"),
                       journal::neutral(text_of(exchange, "what")));
  }
  if (!exchange.contains("fault") || !answer.empty()) {
    out += half("<-", protocol, answer_hex, answer, means.answer);
  }
  return out;
}

}  // namespace metergate::cli
