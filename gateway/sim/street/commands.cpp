// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "gateway/sim/street/keys.hpp"
#include "gateway/sim/street/meter.hpp"
#include "gateway/sim/street/street.hpp"
#include "gateway/sim/street/truth.hpp"
#include "gateway/sim/wire/emulator.hpp"

/// The commands of the control channel: one JSON object a line, `command` and, for most, `meter` (a
/// name of the list, or `*` for all). The answer is one line: `{"ok":true,...}`, or
/// `{"ok":false,"error":"..."}`.
///
///   list                                    what hangs where, and how it is
///   press-button open-cover close-cover     a person at the meter
///   press-first-key press-second-key        the button's procedure in its two steps
///   cut-power restore-power reboot
///   set-clock-offset  seconds               the meter's clock, relative to true time
///   silence unsilence                       the meter hears nothing and answers nothing
///   late  ms [per_mille]                    answers come that much later
///   drop-next n / ignore-next n             answers / requests that get lost
///   corrupt, truncate, lose, babble  per_mille
///   heal                                    no more faults
///   swap                                    the place's other meter answers
///   key-in  digits                          a code at the meter's keypad
///   set-load  watts [per phase]             what the household draws; usual-load: its habits
///   cycle-relay  times                      commissioning: OFF and ON every five seconds
///   force-relay  state                      a fault: off, armed or on without a cause
///   emergency-credit                        the user asks for it
///   push  what [rows] [plain] [bare]        a push on the spot: profile, daily, registers, again
///   keys                                    the meter's PUBLIC TEST keys, for `metergate token`
///   changes                                 tariffs, billing, changes that wait and that fired
///   truth                                   all a meter knows, for checkers
///   line-stats [clear]                      what passed over the lines
///   save                                    everything to disk now
namespace metergate::sim {
namespace {

namespace json = boost::json;
using virtual_meter::VirtualMeter;

json::object refusal(std::string_view error) { return {{"ok", false}, {"error", error}}; }
json::object done() { return {{"ok", true}}; }

/// A whole number among the command's fields.
std::optional<std::int64_t> number(const json::object& command, std::string_view field) {
  const json::value* value = command.if_contains(field);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->as_int64();
}

// ---- a person at the meter ----------------------------------------------------------------------
using Act = void (*)(VirtualMeter&, UtcSeconds);
struct PersonAct {
  std::string_view word;
  Act act;
};
constexpr std::array kActs{
    PersonAct{"press-button", [](VirtualMeter& m, UtcSeconds now) { m.press_button(now); }},
    PersonAct{"press-first-key", [](VirtualMeter& m, UtcSeconds now) { m.press_first_key(now); }},
    PersonAct{"press-second-key", [](VirtualMeter& m, UtcSeconds now) { m.press_second_key(now); }},
    PersonAct{"open-cover", [](VirtualMeter& m, UtcSeconds now) { m.open_cover(now); }},
    PersonAct{"close-cover", [](VirtualMeter& m, UtcSeconds now) { m.close_cover(now); }},
    PersonAct{"cut-power", [](VirtualMeter& m, UtcSeconds now) { m.cut_power(now); }},
    PersonAct{"restore-power", [](VirtualMeter& m, UtcSeconds now) { m.restore_power(now); }},
    PersonAct{"usual-load",
              [](VirtualMeter& m, UtcSeconds now) { m.switch_load(std::nullopt, now); }},
    PersonAct{"reboot",
              [](VirtualMeter& m, UtcSeconds now) {
                m.cut_power(now);
                m.restore_power(now);
              }},
};

// ---- faults on the wire -------------------------------------------------------------------------
struct FaultCommand {
  std::string_view word;
  std::string_view field;  ///< the number it takes; empty: none
  std::int64_t highest;
  void (*set)(FaultSettings&, unsigned);
};
constexpr std::array kFaults{
    FaultCommand{"silence", "", 0, [](FaultSettings& f, unsigned) { f.silent = true; }},
    FaultCommand{"unsilence", "", 0, [](FaultSettings& f, unsigned) { f.silent = false; }},
    FaultCommand{"heal", "", 0, [](FaultSettings& f, unsigned) { f = {}; }},
    FaultCommand{"late", "ms", 600'000,
                 [](FaultSettings& f, unsigned n) { f.late = std::chrono::milliseconds{n}; }},
    FaultCommand{"drop-next", "n", 1'000'000,
                 [](FaultSettings& f, unsigned n) { f.drop_next = n; }},
    FaultCommand{"ignore-next", "n", 1'000'000,
                 [](FaultSettings& f, unsigned n) { f.ignore_next = n; }},
    FaultCommand{"corrupt", "per_mille", 1'000,
                 [](FaultSettings& f, unsigned n) { f.corrupt_per_mille = n; }},
    FaultCommand{"truncate", "per_mille", 1'000,
                 [](FaultSettings& f, unsigned n) { f.truncate_per_mille = n; }},
    FaultCommand{"lose", "per_mille", 1'000,
                 [](FaultSettings& f, unsigned n) { f.lose_per_mille = n; }},
    FaultCommand{"babble", "per_mille", 1'000,
                 [](FaultSettings& f, unsigned n) { f.babble_per_mille = n; }},
};

json::object set_fault(StreetMeter& meter, const FaultCommand& fault, const json::object& command) {
  unsigned value = 0;
  if (!fault.field.empty()) {
    const auto given = number(command, fault.field);
    if (!given || *given < 0 || *given > fault.highest) {
      return refusal(std::string{fault.field} + " must be 0 to " + std::to_string(fault.highest));
    }
    value = static_cast<unsigned>(*given);
  }
  FaultSettings settings = meter.faults().settings();
  fault.set(settings, value);
  if (fault.word == "late") {
    settings.late_per_mille = static_cast<unsigned>(
        std::clamp<std::int64_t>(number(command, "per_mille").value_or(1'000), 0, 1'000));
  }
  meter.faults().set(settings);
  return done();
}

json::object person_acts(StreetMeter& meter, Act act) {
  const auto acted = meter.with([&](VirtualMeter& hanging, UtcSeconds now) {
    act(hanging, now);
    return true;
  });
  return acted ? done() : refusal(meter.last_error());
}

json::object set_clock_offset(StreetMeter& meter, const json::object& command) {
  const auto offset = number(command, "seconds");
  if (!offset) return refusal("seconds must be a whole number");
  const auto set = meter.with([&](VirtualMeter& hanging, UtcSeconds now) {
    hanging.set_clock_locally(now + std::chrono::seconds{*offset}, now);
    return true;
  });
  return set ? done() : refusal(meter.last_error());
}

json::object key_in(StreetMeter& meter, const json::object& command) {
  const json::value* digits = command.if_contains("digits");
  if (digits == nullptr || !digits->is_string()) return refusal("digits must be a text of digits");
  std::string keys{std::string_view{digits->get_string()}};
  std::erase_if(keys, [](char c) { return c == ' ' || c == '-'; });  // as slips print them
  const auto keyed =
      meter.with([&](VirtualMeter& hanging, UtcSeconds now) { return hanging.key_in(keys, now); });
  if (!keyed) return refusal(meter.last_error());
  json::object answer = done();
  if (const auto* no = std::get_if<operation::OrderRefused>(&keyed->answer)) {
    answer["result"] = operation::meter_refusal_word(no->refusal);
    answer["raw"] = no->raw;
  } else {
    answer["result"] = "taken";
    const auto& taken = std::get<operation::OrderTaken>(keyed->answer);
    if (taken.value) answer["value_minor"] = *taken.value;
  }
  answer["silent"] = keyed->silent;
  answer["display"] = json::array(keyed->display.begin(), keyed->display.end());
  return answer;
}

json::object set_load(StreetMeter& meter, const json::object& command) {
  constexpr std::int64_t kMostWatts = 1'000'000;
  const json::value* given = command.if_contains("watts");
  const auto wrong = [] {
    return refusal("watts must be a list of one number for each phase, 0 to 1000000");
  };
  if (given == nullptr || !given->is_array() || given->get_array().empty()) return wrong();
  virtual_meter::PhaseWatts watts{};
  const json::array& phases = given->get_array();
  for (std::size_t i = 0; i < phases.size(); ++i) {
    if (i == watts.size() || !phases[i].is_int64()) return wrong();
    const std::int64_t value = phases[i].get_int64();
    if (value < 0 || value > kMostWatts) return wrong();
    watts[i] = static_cast<unsigned>(value);
  }
  const auto set = meter.with([&](VirtualMeter& hanging, UtcSeconds now) {
    if (phases.size() > hanging.settings().phases) return false;
    hanging.switch_load(watts, now);
    return true;
  });
  if (!set) return refusal(meter.last_error());
  return *set ? done() : refusal("this meter has one phase");
}

json::object cycle_relay(StreetMeter& meter, const json::object& command) {
  const auto times = number(command, "times");
  if (!times || *times < 1 || *times > virtual_meter::kMostCycles) {
    return refusal("times must be 1 to " + std::to_string(virtual_meter::kMostCycles));
  }
  const auto begun = meter.with([&](VirtualMeter& hanging, UtcSeconds now) {
    return hanging.cycle_relay(static_cast<std::uint8_t>(*times), now);
  });
  if (!begun) return refusal(meter.last_error());
  return *begun ? done() : refusal("something holds the relay OFF, or it is being cycled");
}

json::object force_relay(StreetMeter& meter, const json::object& command) {
  const json::value* word = command.if_contains("state");
  const auto state = word != nullptr && word->is_string()
                         ? parse_supply(std::string_view{word->get_string()})
                         : std::nullopt;
  if (!state || *state == SupplyState::Unknown) return refusal("state must be off, armed or on");
  const auto forced = meter.with([&](VirtualMeter& hanging, UtcSeconds now) {
    hanging.force_relay(*state, now);
    return true;
  });
  return forced ? done() : refusal(meter.last_error());
}

json::object push(StreetMeter& meter, const json::object& command) {
  constexpr std::int64_t kMostRows = 200;
  const auto flag = [&](std::string_view field) {
    const json::value* value = command.if_contains(field);
    return value != nullptr && value->is_bool() && value->get_bool();
  };
  const json::value* word = command.if_contains("what");
  const auto what = word != nullptr && word->is_string()
                        ? parse_push(std::string_view{word->get_string()})
                        : std::nullopt;
  if (!what) return refusal("what must be profile, daily, registers or again");
  PushOrder order{.what = *what};
  const auto rows = number(command, "rows").value_or(order.rows);
  if (rows < 1 || rows > kMostRows) {
    return refusal("rows must be 1 to " + std::to_string(kMostRows));
  }
  order.rows = static_cast<std::uint16_t>(rows);
  if (flag("plain")) order.guard = PushOrder::Guard::Plain;
  if (flag("bare")) order.names = PushOrder::Names::ByModel;
  return meter.push_orders().add(order) ? done() : refusal("this meter's wire carries no pushes");
}

json::object emergency_credit(StreetMeter& meter) {
  const auto given = meter.with(
      [](VirtualMeter& hanging, UtcSeconds now) { return hanging.take_emergency_credit(now); });
  if (!given) return refusal(meter.last_error());
  return *given ? done() : refusal("this meter offers no emergency credit now");
}

json::object keys(StreetMeter& meter) {
  const auto text =
      meter.with([](VirtualMeter& hanging, UtcSeconds) { return test_key_config(hanging); });
  if (!text) return refusal(meter.last_error());
  if (text->empty()) return refusal("this meter goes by the open rule and has no keys");
  return {{"ok", true}, {"key_config", *text}};
}

using Tell = json::object (*)(const VirtualMeter&, UtcSeconds);
json::object told_by(StreetMeter& meter, Tell tell) {
  auto told = meter.with([&](VirtualMeter& hanging, UtcSeconds now) { return tell(hanging, now); });
  if (!told) return refusal(meter.last_error());
  (*told)["ok"] = true;
  return std::move(*told);
}

json::object for_one(StreetMeter& meter, std::string_view word, const json::object& command) {
  if (const auto act = std::ranges::find(kActs, word, &PersonAct::word); act != kActs.end()) {
    return person_acts(meter, act->act);
  }
  if (const auto fault = std::ranges::find(kFaults, word, &FaultCommand::word);
      fault != kFaults.end()) {
    return set_fault(meter, *fault, command);
  }
  if (word == "set-clock-offset") return set_clock_offset(meter, command);
  if (word == "swap") return meter.swap() ? done() : refusal(meter.last_error());
  if (word == "truth") return told_by(meter, truth_of);
  if (word == "changes") return told_by(meter, changes_of);
  if (word == "key-in") return key_in(meter, command);
  if (word == "set-load") return set_load(meter, command);
  if (word == "cycle-relay") return cycle_relay(meter, command);
  if (word == "force-relay") return force_relay(meter, command);
  if (word == "emergency-credit") return emergency_credit(meter);
  if (word == "push") return push(meter, command);
  if (word == "keys") return keys(meter);
  if (word == "save") return meter.save() ? done() : refusal(meter.last_error());
  return refusal("no such command: " + std::string{word.substr(0, 40)});
}

// ---- the street ---------------------------------------------------------------------------------
json::object list(Street& street) {
  json::array meters;
  for (const Street::Place& place : street.places()) {
    auto row = place.meter->with(
        [](VirtualMeter& hanging, UtcSeconds now) { return summary_of(hanging, now); });
    if (!row) continue;
    (*row)["meter"] = place.meter->name();
    (*row)["wire"] = place.wire;
    (*row)["address"] = place.address;
    (*row)["silent"] = place.meter->faults().settings().silent;
    meters.push_back(std::move(*row));
  }
  return {{"ok", true},
          {"tcp_port", street.tcp_port()},
          {"dlms_port", street.dlms_port()},
          {"meters", std::move(meters)}};
}

json::object line_stats(Street& street, const json::object& command) {
  json::array lines;
  for (const Street::Wire& wire : street.wires()) {
    json::object row = statistics_of(wire.line->statistics());
    row["line"] = wire.name;
    row["device"] = wire.line->device().string();
    row["real_time"] = wire.line->real_time();
    lines.push_back(std::move(row));
    const json::value* clear = command.if_contains("clear");
    if (clear != nullptr && clear->is_bool() && clear->as_bool()) wire.line->clear_statistics();
  }
  return {{"ok", true}, {"lines", std::move(lines)}};
}

json::object performed(Street& street, const json::object& command) {
  const json::value* word = command.if_contains("command");
  if (word == nullptr || !word->is_string()) return refusal("the field command is missing");
  if (*word == "list") return list(street);
  if (*word == "line-stats") return line_stats(street, command);
  const json::value* wanted = command.if_contains("meter");
  if (wanted == nullptr || !wanted->is_string()) return refusal("the field meter is missing");
  const std::string_view name = wanted->as_string();
  json::object answer = refusal("no such meter: " + std::string{name.substr(0, 40)});
  for (const Street::Place& place : street.places()) {
    if (name != "*" && name != place.meter->name()) continue;
    answer = for_one(*place.meter, word->as_string(), command);
    if (!answer["ok"].as_bool()) break;
  }
  return answer;
}

}  // namespace

std::string street_command(Street& street, std::string_view json_line) {
  json::error_code error;
  const json::value command = json::parse(json_line, error);
  if (error || !command.is_object()) {
    return json::serialize(refusal("not one JSON object: " + error.message()));
  }
  return json::serialize(performed(street, command.as_object()));
}

}  // namespace metergate::sim
