// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/sim/actions.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <optional>

#include "gateway/cli/terminal/table.hpp"
#include "gateway/journal/neutral_text.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

enum class Takes : unsigned char {
  Nothing,
  Meter,
  MeterAndNumber,
  MeterAndDigits,
  MeterAndWatts,
  MeterAndWord
};

struct SimAction {
  std::string_view word;
  Takes takes;
  std::string_view field;  ///< the number's name in the request
  std::string_view meaning;
};

constexpr std::array kActions{
    SimAction{"list", Takes::Nothing, "", "what hangs where, and how it is"},
    SimAction{"line-stats", Takes::Nothing, "", "what passed over the lines"},
    SimAction{"press-button", Takes::Meter, "", "closes an armed relay"},
    SimAction{"press-first-key", Takes::Meter, "", "... in two steps:"},
    SimAction{"press-second-key", Takes::Meter, "", "... within thirty seconds"},
    SimAction{"open-cover", Takes::Meter, "", "tampering begins"},
    SimAction{"close-cover", Takes::Meter, "", "... and ends"},
    SimAction{"cut-power", Takes::Meter, "", "the meter is without supply"},
    SimAction{"restore-power", Takes::Meter, "", "... and back"},
    SimAction{"reboot", Takes::Meter, "", "a short power cut"},
    SimAction{"set-clock-offset", Takes::MeterAndNumber, "seconds",
              "its clock, relative to true time"},
    SimAction{"key-in", Takes::MeterAndDigits, "digits", "a code at the meter's keypad"},
    SimAction{"set-load", Takes::MeterAndWatts, "watts", "what is drawn; 1000,0,500 for phases"},
    SimAction{"usual-load", Takes::Meter, "", "... and the household's habits again"},
    SimAction{"cycle-relay", Takes::MeterAndNumber, "times", "commissioning: opens and closes"},
    SimAction{"force-relay", Takes::MeterAndWord, "state", "a fault: it moves without a cause"},
    SimAction{"emergency-credit", Takes::Meter, "", "the user asks for it"},
    SimAction{"push", Takes::MeterAndWord, "what", "profile, daily, registers, or the last again"},
    SimAction{"silence", Takes::Meter, "", "hears nothing, answers nothing"},
    SimAction{"unsilence", Takes::Meter, "", "... and again does"},
    SimAction{"late", Takes::MeterAndNumber, "ms", "answers come that much later"},
    SimAction{"drop-next", Takes::MeterAndNumber, "n", "so many answers get lost"},
    SimAction{"ignore-next", Takes::MeterAndNumber, "n", "so many requests get lost"},
    SimAction{"corrupt", Takes::MeterAndNumber, "per_mille", "answers arrive damaged"},
    SimAction{"truncate", Takes::MeterAndNumber, "per_mille", "answers arrive cut short"},
    SimAction{"lose", Takes::MeterAndNumber, "per_mille", "answers get lost"},
    SimAction{"babble", Takes::MeterAndNumber, "per_mille", "talks without being asked"},
    SimAction{"heal", Takes::Meter, "", "no more faults"},
    SimAction{"swap", Takes::Meter, "", "another meter hangs in its place"},
    SimAction{"keys", Takes::Meter, "", "its PUBLIC TEST keys"},
    SimAction{"changes", Takes::Meter, "", "tenancy, supplier, tariff: what waits and what was"},
    SimAction{"truth", Takes::Meter, "", "all the meter knows"},
    SimAction{"save", Takes::Meter, "", "its state to disk now"}};

std::string cell(const json::value& value) {
  if (value.is_string()) return journal::neutral(std::string_view{value.get_string()});
  return journal::neutral(json::serialize(value));
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// `1000` or `1000,0,500`
std::optional<json::array> whole_numbers(std::string_view text) {
  json::array numbers;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const auto number = whole_number(text.substr(begin, end - begin));
    if (!number) return std::nullopt;
    numbers.push_back(*number);
    begin = end + 1;
  }
  return numbers;
}

/// Objects of one shape as a table; the first one names the columns, its name comes first.
std::string table_of(const json::array& rows) {
  if (rows.empty() || !rows.front().is_object()) return {};
  std::vector<Table::Column> columns;
  for (const auto& [key, value] : rows.front().get_object()) {
    columns.push_back(
        {std::string{key}, value.is_number() ? Table::Align::Right : Table::Align::Left});
  }
  std::stable_partition(columns.begin(), columns.end(), [](const Table::Column& column) {
    return column.title == "meter" || column.title == "line";
  });
  Table table{columns};
  for (const json::value& row : rows) {
    if (!row.is_object()) continue;
    std::vector<std::string> cells;
    for (const Table::Column& column : columns) {
      const json::value* value = row.get_object().if_contains(column.title);
      cells.push_back(value == nullptr ? "" : cell(*value));
    }
    table.add(std::move(cells));
  }
  return table.text();
}

}  // namespace

CliResult<std::string> sim_request(const std::string& action, const std::string& meter,
                                   const std::string& value) {
  const auto* const found = std::ranges::find(kActions, action, &SimAction::word);
  if (found == kActions.end()) {
    return failure(usage_error("ACTION " + action + ": `metergate sim ctl --help` lists them"));
  }
  json::object request{{"command", action}};
  if (found->takes == Takes::Nothing) {
    if (!meter.empty()) return failure(usage_error(action + " takes no METER"));
    return json::serialize(request);
  }
  if (meter.empty()) return failure(usage_error(action + " needs a METER, or * for all"));
  request["meter"] = meter;
  if (found->takes == Takes::Meter) {
    if (!value.empty()) return failure(usage_error(action + " takes no VALUE"));
    return json::serialize(request);
  }
  if (found->takes == Takes::MeterAndDigits) {
    if (value.empty()) return failure(usage_error(action + " needs a VALUE: the digits of a code"));
    request[found->field] = value;
    return json::serialize(request);
  }
  if (found->takes == Takes::MeterAndWatts) {
    const auto watts = whole_numbers(value);
    if (!watts)
      return failure(usage_error(action + " needs a VALUE: watts, or 1000,0,500 for phases"));
    request[found->field] = *watts;
    return json::serialize(request);
  }
  if (found->takes == Takes::MeterAndWord) {
    const char* words =
        action == "push" ? "profile, daily, registers or again" : "off, armed or on";
    if (value.empty()) return failure(usage_error(action + " needs a VALUE: " + words));
    request[found->field] = value;
    return json::serialize(request);
  }
  const auto number = whole_number(value);
  if (!number) {
    return failure(
        usage_error(action + " needs a VALUE: a whole number, " + std::string{found->field}));
  }
  request[found->field] = *number;
  return json::serialize(request);
}

std::string sim_actions_help() {
  std::string out = "Actions:\n";
  for (const SimAction& action : kActions) {
    std::string form{action.word};
    if (action.takes != Takes::Nothing) form += " METER";
    if (!action.field.empty()) form += " " + std::string{action.field};
    constexpr std::size_t kFormWidth = 36;
    form.resize(std::max(kFormWidth, form.size() + 1), ' ');
    out += "  " + form + std::string{action.meaning} + '\n';
  }
  return out;
}

std::string sim_answer_text(const json::object& answer) {
  for (const char* list : {"meters", "lines"}) {
    const json::value* rows = answer.if_contains(list);
    if (rows != nullptr && rows->is_array()) return table_of(rows->get_array());
  }
  return json::serialize(answer) + '\n';
}

}  // namespace metergate::cli
