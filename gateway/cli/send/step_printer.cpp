// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/send/step_printer.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/journal/neutral_text.hpp"
#include "protocols/sts/token_digits.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 5> kEndsOtherwise{"rejected", "failed", "expired",
                                                         "cancelled", "superseded"};

std::string word_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return {};
  if (value->is_string()) return journal::neutral(std::string_view{value->get_string()});
  return journal::neutral(json::serialize(*value));
}

/// A token that whoever runs this program has asked to hand out: the one place where a terminal
/// shows digits, in the groups they are keyed in by.
std::string handed_over(const json::value& digits) {
  const auto token = digits.is_string() ? TokenDigits::parse(std::string{digits.get_string()})
                                        : failure(DigitsFault{DigitsFault::Reason::NotADigit});
  return token ? token->reveal_grouped() : std::string{"no twenty digits"};
}

bool is_true(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

Paint paint_of(std::string_view state) {
  if (state == "succeeded") return Paint::Green;
  if (state == "refused" || state == "rejected" || state == "failed") return Paint::Red;
  if (state == "accepted" || state == "scheduled" || state == "sending") return Paint::Bold;
  return Paint::Yellow;
}

std::optional<int> exit_code_for(std::string_view state, bool is_final) {
  if (state == "succeeded") return kOk;
  if (state == "refused") return kRefused;
  if (std::ranges::find(kEndsOtherwise, state) != kEndsOtherwise.end()) return kEndedOtherwise;
  if (is_final) return state == "unconfirmed" ? kUnconfirmed : kEndedOtherwise;
  return std::nullopt;
}

}  // namespace

void StepPrinter::show(const json::object& payload) {
  const std::string state = word_of(payload, "state");
  if (state.empty()) return;
  state_ = state;
  exit_code_ = exit_code_for(state, is_true(payload, "final"));
  if (format_ == StepFormat::Json) {
    console_.out << json::serialize(payload) << '\n' << std::flush;
  } else if (format_ == StepFormat::Text) {
    show_text(payload);
  } else if (exit_code_ && !show_slips(payload)) {
    show_text(payload);
  }
}

bool StepPrinter::show_slips(const json::object& payload) {
  const json::value* result = payload.if_contains("result");
  if (result == nullptr || !result->is_object()) return false;
  const std::string_view form = format_ == StepFormat::SlipHtml ? "html" : "text";
  bool is_one = false;
  const auto show_of = [&](const json::value& issue) {
    const json::value* slip = issue.is_object() ? issue.get_object().if_contains("slip") : nullptr;
    const json::value* text =
        slip != nullptr && slip->is_object() ? slip->get_object().if_contains(form) : nullptr;
    if (text == nullptr || !text->is_string()) return;
    console_.out << (is_one ? "\n" : "") << std::string_view{text->get_string()} << std::flush;
    is_one = true;
  };
  show_of(*result);
  const json::value* all = result->get_object().if_contains("outstanding");
  if (all != nullptr && all->is_array()) {
    for (const json::value& issue : all->get_array()) show_of(issue);
  }
  return is_one;
}

void StepPrinter::show_text(const json::object& payload) {
  constexpr std::size_t kStateWidth = 12;
  const std::string at = word_of(payload, "at");
  console_.out << (at.empty() ? "" : at + "  ") << painted(console_, paint_of(state_), state_);
  std::string rest;
  const auto say = [&](const std::string& text) {
    if (!text.empty()) rest += (rest.empty() ? "" : ", ") + text;
  };
  if (state_ == "sending") say("attempt " + word_of(payload, "attempt"));
  say(word_of(payload, "reason"));
  const std::string refused_because = word_of(payload, "meter_reason");
  const std::string raw = word_of(payload, "meter_raw");
  if (!refused_because.empty()) {
    say("the meter says " + refused_because + (raw.empty() ? "" : " (" + raw + ")"));
  }
  say(word_of(payload, "detail"));
  const std::string field = word_of(payload, "field");
  if (!field.empty()) {
    const std::string value = word_of(payload, "value");
    say(field + (value.empty() ? "" : " is " + value) +
        "; allowed: " + word_of(payload, "expected"));
  }
  if (!rest.empty()) {
    console_.out << std::string(kStateWidth - std::min(kStateWidth, state_.size()), ' ') << rest;
  }
  console_.out << '\n';
  const json::value* result = payload.if_contains("result");
  if (result != nullptr && result->is_object()) show_result(result->get_object(), "  ");
  console_.out.flush();
}

void StepPrinter::show_result(const json::object& result, const std::string& indent) {
  for (const auto& [key, value] : result) {
    const std::string name = journal::neutral(std::string_view{key});
    if (name == "slip") continue;  // what it shows is shown here
    if (value.is_array() && !value.get_array().empty() && value.get_array()[0].is_object()) {
      for (const json::value& one : value.get_array()) {
        console_.out << indent << name << '\n';
        if (one.is_object()) show_result(one.get_object(), indent + "  ");
      }
      continue;
    }
    if (!value.is_object()) {
      const bool is_token = name == "digits";
      console_.out << indent << name << "  "
                   << (is_token ? handed_over(value) : word_of(result, key)) << '\n';
      continue;
    }
    const json::object& inner = value.get_object();
    // {"value": "230.4", "unit": "V"} reads best as one.
    if (inner.contains("value") && inner.contains("unit")) {
      const std::string unit = word_of(inner, "unit");
      console_.out << indent << name << "  " << word_of(inner, "value") << (unit.empty() ? "" : " ")
                   << unit << '\n';
      continue;
    }
    console_.out << indent << name << '\n';
    show_result(inner, indent + "  ");
  }
}

int StepPrinter::gave_up(const std::string& command_id) {
  console_.err << "metergate: no end within the time to wait; the command "
               << (accepted() ? "is " + state_ + " and goes on" : "may not have been accepted")
               << ". `metergate show` tells how it stands; its id is " << command_id << '\n';
  return kUnconfirmed;
}

}  // namespace metergate::cli
