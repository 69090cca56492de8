// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/meters/show.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "gateway/cli/box/live_state.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/store/store_access.hpp"
#include "gateway/cli/terminal/table.hpp"
#include "gateway/cli/terminal/time_option.hpp"
#include "gateway/cli/tokens/sts_record.hpp"
#include "gateway/journal/neutral_text.hpp"
#include "storage/tenancy_record.hpp"
#include "storage/token_issue.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

struct Options {
  StoreOptions store;
  std::string meter;
  std::string serial;
  std::size_t commands = 10;
  bool json = false;
};

/// All that is told of a meter, gathered before anything is printed.
struct Portrait {
  StoredMeter meter;
  std::optional<LiveMeter> live;
  std::vector<StoredCommand> commands;  ///< newest first
  std::optional<RegisterReading> registers;
  std::optional<UtcSeconds> profile_to;
  std::optional<std::chrono::sys_days> daily_to;
  std::vector<Hole> holes;
  registry::Standing standing;
  std::vector<TokenIssue> tokens;  ///< that wait to be used, oldest first
  std::optional<StoredSts> sts;
};

Stored<Portrait> gather(const Ledger& ledger, StoredMeter meter, std::size_t commands) {
  Portrait out{.meter = std::move(meter),
               .live = {},
               .commands = {},
               .registers = {},
               .profile_to = {},
               .daily_to = {},
               .holes = {},
               .standing = {},
               .tokens = {},
               .sts = {}};
  const MeterKey key = out.meter.key;
  const Epoch epoch = out.meter.epoch;
  auto found_commands = ledger.commands_of(key, commands);
  if (!found_commands) return failure(found_commands.error());
  out.commands = std::move(found_commands).value();
  const auto tenancies = ledger.tenancies(key);
  if (!tenancies) return failure(tenancies.error());
  // What ended in an earlier tenancy, vends among it, is that tenant's (promise 6).
  std::erase_if(out.commands, [&](const StoredCommand& command) {
    return is_terminal(command.state) && command.changed_at < tenancies->back().starts;
  });
  auto registers = ledger.last_registers(key, epoch);
  if (!registers) return failure(registers.error());
  out.registers = std::move(registers).value();
  const auto profile_to = ledger.profile_covered_to(key, epoch);
  if (!profile_to) return failure(profile_to.error());
  out.profile_to = *profile_to;
  const auto daily_to = ledger.daily_covered_to(key, epoch);
  if (!daily_to) return failure(daily_to.error());
  out.daily_to = *daily_to;
  auto holes = ledger.holes(key, epoch);
  if (!holes) return failure(holes.error());
  out.holes = std::move(holes).value();
  auto standing = ledger.standing(key);
  if (!standing) return failure(standing.error());
  out.standing = std::move(standing).value();
  auto tokens = ledger.token_issues(key);
  if (!tokens) return failure(tokens.error());
  std::erase_if(*tokens,
                [](const TokenIssue& issue) { return issue.state() != IssuedState::Outstanding; });
  out.tokens = std::move(tokens).value();
  auto sts = ledger.meter_sts(key);
  if (!sts) return failure(sts.error());
  out.sts = std::move(sts).value();
  return out;
}

std::string moment(std::optional<UtcTime> time, UtcTime now) {
  if (!time) return "never";
  return rfc3339::text(*time) + " (" + ago_text(*time, now) + " ago)";
}

std::string session_text(const Portrait& portrait, UtcTime now) {
  if (!portrait.live) {
    const std::string& last = portrait.meter.session_state;
    return (last.empty() ? "unknown" : last) + " (as last written; the gateway did not answer)";
  }
  const LiveMeter& live = *portrait.live;
  std::string out = live.state;
  if (!live.line.empty()) out += ", on " + live.line;
  if (live.failures.value_or(0) > 0) out += ", " + std::to_string(*live.failures) + " failures";
  if (live.timeout_ms) out += ", waits " + std::to_string(*live.timeout_ms) + " ms for an answer";
  if (live.queue) out += ", " + std::to_string(*live.queue) + " in its queue";
  if (const auto next = rfc3339::parse(live.next_attempt); next && *next > now) {
    out += ", next try in " + ago_text(now, *next);
  }
  return out;
}

std::string place_text(const registry::Standing& standing) {
  if (!standing.location) {
    return std::string{"at no location"} + (standing.in_conflict ? ", in conflict" : "");
  }
  return standing.location->text() +
         (standing.customer ? ", for " + standing.customer->text() : ", for nobody") +
         (standing.in_conflict ? ", in conflict" : "");
}

std::string supply_text(const StoredMeter& meter, UtcTime now) {
  std::string out{supply_word(meter.supply_reported)};
  if (!meter.supply_causes.none())
    out += ", held open by " + fmt::format("{}", fmt::join(meter.supply_causes.words(), ", "));
  if (meter.supply_read_at) out += ", read " + moment(meter.supply_read_at, now);
  return out;
}

std::string command_reason(const StoredCommand& command) {
  return command.reason == Reason::None ? std::string{} : std::string{reason_word(command.reason)};
}

void print_text(Console& console, const Portrait& portrait) {
  const UtcTime now = utc_now();
  const StoredMeter& meter = portrait.meter;
  const auto fact = [&](std::string_view name, std::string_view value) {
    constexpr std::size_t kNameWidth = 16;
    console.out << painted(console, Paint::Bold, name) << std::string(kNameWidth - name.size(), ' ')
                << value << '\n';
  };
  fact("meter", meter.id.text());
  fact("model", meter.model);
  fact("serial number", meter.serial.empty() ? "not read yet" : meter.serial);
  fact("tenancy", "epoch " + std::to_string(meter.epoch));
  fact("place", place_text(portrait.standing));
  fact("session", session_text(portrait, now));
  const auto told = portrait.live ? rfc3339::parse(portrait.live->last_contact) : std::nullopt;
  fact("last contact", moment(told ? told : meter.last_contact, now));
  fact("supply reported", supply_text(meter, now));
  fact("supply desired", supply_word(meter.supply_desired));
  if (meter.clock_offset_ms) {
    const Decimal seconds{*meter.clock_offset_ms, -3};
    fact("clock", seconds.text() + " s against this gateway when last read");
  } else {
    fact("clock", "not read yet");
  }
  if (portrait.sts) fact("token key", sts_text(*portrait.sts));
  fact("profile up to", portrait.profile_to ? rfc3339::text(*portrait.profile_to) : "nothing yet");
  fact("daily up to", portrait.daily_to
                          ? rfc3339::date_text(*portrait.daily_to - std::chrono::days{1})
                          : "nothing yet");
  for (const Hole& hole : portrait.holes) {
    fact("missing", rfc3339::text(hole.range.from) + " to " + rfc3339::text(hole.range.to) + ", " +
                        std::to_string(hole.tries) + " tries");
  }

  for (const TokenIssue& issue : portrait.tokens) {
    fact("token waits", std::string{traits_of(issue.order.function).word} + ", " + issue.id.text() +
                            ", made " + moment(issue.issued_at, now));
  }

  if (!portrait.commands.empty()) {
    console.out << '\n';
    Table table{{{"command"},
                 {"verb"},
                 {"state"},
                 {"attempt", Table::Align::Right},
                 {"reason"},
                 {"operator"},
                 {"changed"}}};
    for (const StoredCommand& command : portrait.commands) {
      const std::string state{state_word(command.state)};
      table.add({command.command.id.text(), std::string{traits_of(command.command.verb()).word},
                 is_terminal(command.state) ? state : painted(console, Paint::Yellow, state),
                 std::to_string(command.attempt), command_reason(command),
                 journal::neutral(command.command.operator_name),
                 rfc3339::text(command.changed_at)});
    }
    console.out << table.text();
  }
  if (portrait.registers) {
    console.out << "\nread at " << moment(portrait.registers->read_at, now) << '\n';
    Table table{{{"register"}, {"value", Table::Align::Right}, {"unit"}}};
    for (const RegisterValue& value : portrait.registers->values) {
      table.add({value.obis.text(), value.value.text(), std::string{unit_symbol(value.unit)}});
    }
    console.out << table.text();
  }
}

template <typename T>
json::value text_or_null(const std::optional<T>& time) {
  return time ? json::value(rfc3339::text(*time)) : json::value();
}

void print_json(Console& console, const Portrait& portrait) {
  const StoredMeter& meter = portrait.meter;
  json::object out{{"meter", meter.id.text()},
                   {"model", meter.model},
                   {"serial", meter.serial},
                   {"epoch", meter.epoch},
                   {"state", portrait.live ? portrait.live->state : meter.session_state},
                   {"is_live", portrait.live.has_value()},
                   {"last_contact", text_or_null(meter.last_contact)},
                   {"supply_reported", supply_word(meter.supply_reported)},
                   {"supply_causes", json::value_from(meter.supply_causes.words())},
                   {"supply_read_at", text_or_null(meter.supply_read_at)},
                   {"supply_desired", supply_word(meter.supply_desired)},
                   {"profile_covered_to", text_or_null(portrait.profile_to)}};
  if (meter.clock_offset_ms) out["clock_offset_ms"] = *meter.clock_offset_ms;
  if (portrait.daily_to) out["daily_covered_to"] = rfc3339::date_text(*portrait.daily_to);
  json::array holes;
  for (const Hole& hole : portrait.holes) {
    holes.push_back(json::object{{"from", rfc3339::text(hole.range.from)},
                                 {"to", rfc3339::text(hole.range.to)},
                                 {"tries", hole.tries}});
  }
  out["holes"] = std::move(holes);
  json::object place{{"in_conflict", portrait.standing.in_conflict}};
  if (portrait.standing.location) place["location"] = portrait.standing.location->text();
  if (portrait.standing.customer) place["customer"] = portrait.standing.customer->text();
  out["place"] = std::move(place);
  json::array tokens;
  for (const TokenIssue& issue : portrait.tokens) {
    tokens.push_back(json::object{{"id", issue.id.text()},
                                  {"function", traits_of(issue.order.function).word},
                                  {"issued_at", rfc3339::text(issue.issued_at)}});
  }
  out["outstanding_tokens"] = std::move(tokens);
  json::array commands;
  for (const StoredCommand& command : portrait.commands) {
    commands.push_back(json::object{{"id", command.command.id.text()},
                                    {"verb", traits_of(command.command.verb()).word},
                                    {"state", state_word(command.state)},
                                    {"is_final", is_terminal(command.state)},
                                    {"attempt", command.attempt},
                                    {"reason", reason_word(command.reason)},
                                    {"operator", command.command.operator_name},
                                    {"accepted_at", rfc3339::text(command.accepted_at)},
                                    {"changed_at", rfc3339::text(command.changed_at)}});
  }
  out["commands"] = std::move(commands);
  if (portrait.sts) out["sts"] = sts_object(*portrait.sts);
  if (portrait.registers) {
    json::array values;
    for (const RegisterValue& value : portrait.registers->values) {
      values.push_back(json::object{{"obis", value.obis.text()},
                                    {"value", value.value.text()},
                                    {"unit", unit_symbol(value.unit)}});
    }
    out["registers"] = json::object{{"read_at", rfc3339::text(portrait.registers->read_at)},
                                    {"values", std::move(values)}};
  }
  console.out << json::serialize(out) << '\n';
}

int show(Console& console, const Options& options) {
  auto store = open_store(options.store);
  if (!store) return complain(console, store.error());
  auto meter = options.serial.empty() ? find_meter(*store, options.meter)
                                      : find_serial(*store, options.serial);
  if (!meter) return complain(console, meter.error());
  auto portrait = gather(store->ledger, std::move(meter).value(), options.commands);
  if (!portrait) return complain(console, store_trouble(portrait.error()));
  if (!store->socket.empty()) {
    if (const auto live = ask_live_meters(store->socket)) {
      const auto found = live->find(portrait->meter.id.text());
      if (found != live->end()) portrait->live = found->second;
    }
  }
  options.json ? print_json(console, *portrait) : print_text(console, *portrait);
  return kOk;
}

}  // namespace

void add_show(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("show", "One meter in full");
  command->footer(
      "Identity, place, session, supply desired and reported, clock, how far its data goes, its "
      "last\n"
      "commands and its last reading. Tokens are never shown.\n\n"
      "Examples:\n"
      "  metergate show m1\n"
      "  metergate show --serial 48001234\n"
      "  metergate show m1 --commands 50\n"
      "  metergate show m1 --json | jq .supply_reported");
  auto* name = command->add_option("METER", options->meter, "The meter's name");
  auto* serial =
      command->add_option("--serial", options->serial, "... or the number on its plate, in full");
  name->excludes(serial);
  command->add_option("--commands", options->commands, "How many of its last commands")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object");
  add_store_options(*command, options->store);
  command->callback([options, name, serial, &action] {
    if (name->count() + serial->count() == 0) throw CLI::RequiredError{"METER or --serial"};
    action = [options](Console& console) { return show(console, *options); };
  });
}

}  // namespace metergate::cli
