// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/send/send.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "gateway/cli/box/control_client.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/send/send_body.hpp"
#include "gateway/cli/send/send_mqtt.hpp"
#include "gateway/cli/send/step_printer.hpp"
#include "gateway/cli/store/store_access.hpp"
#include "gateway/cli/terminal/time_option.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

/// Beyond a command's own end, for its last word to come through.
constexpr std::chrono::seconds kGrace{60};

using Options = SendOptions;

CliResult<StepFormat> format_of(const Options& options) {
  if (options.slip.empty()) return options.json ? StepFormat::Json : StepFormat::Text;
  if (options.typed.channel != "print" || options.json || options.no_wait) {
    return failure(CliError{kUsage,
                            "--slip goes with --channel print, and not with --json or "
                            "--no-wait"});
  }
  return options.slip == "html" ? StepFormat::SlipHtml : StepFormat::SlipText;
}

CliResult<std::chrono::seconds> wait_limit(const Options& options, const CommandBody& command) {
  if (options.wait.empty()) return command.valid_for + kGrace;
  const auto limit = parse_duration(options.wait);
  if (limit) return *limit;
  return failure(CliError{kUsage, "--wait " + options.wait + ": allowed are 90s, 15m, 6h, 3d"});
}

int send_over_socket(Console& console, const Options& options, const CommandBody& command,
                     std::chrono::seconds limit, StepPrinter& printer) {
  const auto socket = socket_path(options.store);
  if (!socket) return complain(console, socket.error());
  auto client = ControlClient::connect(*socket);
  if (!client) return complain(console, client.error());
  const json::object params{{"verb", traits_of(options.typed.verb).word},
                            {"meter", options.typed.meter},
                            {"body", command.body}};
  const auto ended = client->call(
      "send", params,
      [&](const json::object& line) {
        for (const char* kind : {"step", "refusal"}) {
          const json::value* payload = line.if_contains(kind);
          if (payload != nullptr && payload->is_object()) printer.show(payload->get_object());
        }
        const bool is_enough = options.no_wait && printer.accepted();
        return is_enough ? ControlClient::Wanted::NoMore : ControlClient::Wanted::More;
      },
      limit);
  if (!ended) {
    complain(console, ended.error());
    // Cut off after it was accepted: it goes on, and its outcome is not known here.
    return printer.accepted() ? printer.gave_up(command.id) : ended.error().code;
  }
  if (printer.exit_code()) return *printer.exit_code();
  if (options.no_wait && printer.accepted()) return kOk;
  return printer.gave_up(command.id);
}

}  // namespace

int send_command(Console& console, const SendOptions& options) {
  TypedCommand typed = options.typed;
  if (typed.verb == Verb::DeliverToken && typed.token == "-") std::getline(std::cin, typed.token);
  const auto command = make_command_body(typed, own_user_name(), utc_now());
  if (!command) return complain(console, command.error());
  const auto limit = wait_limit(options, *command);
  if (!limit) return complain(console, limit.error());
  const auto format = format_of(options);
  if (!format) return complain(console, format.error());
  StepPrinter printer{console, *format};
  if (*format == StepFormat::Text) {
    console.out << "command " << command->id
                << (typed.meter.empty() ? "" : " to meter " + typed.meter) << '\n';
  }
  if (options.via == "socket") {
    return send_over_socket(console, options, *command, *limit, printer);
  }
  auto configuration = load_configuration(options.store.configuration);
  if (!configuration) return complain(console, configuration.error());
  if (!configuration->north) {
    return complain(console,
                    {kConfigurationError, options.store.configuration.string() +
                                              ": [north] is missing, so there is no broker "
                                              "to send over"});
  }
  const MqttSending sending{.north = *configuration->north,
                            .site = configuration->site.text(),
                            .meter = typed.meter,
                            .verb = std::string{traits_of(typed.verb).word},
                            .waiting = options.no_wait ? Waiting::UntilAccepted : Waiting::UntilEnd,
                            .wait_limit = *limit};
  return send_over_mqtt(console, sending, *command, printer);
}

void add_send_options(CLI::App& verb, SendOptions& options) {
  TypedCommand& typed = options.typed;
  verb.add_option("--work-order", typed.work_order, "The work order this is done for");
  verb.add_option("--comment", typed.comment, "... or why, in words");
  verb.add_option("--id", typed.id, "The command's id; the same id again has no second effect")
      ->default_str("made up");
  verb.add_option("--expires-in", typed.expires_in, "Not to be sent after this time")
      ->capture_default_str();
  verb.add_option("--not-before", typed.not_before, "Not to be sent before: a time");
  verb.add_option("--priority", typed.priority, "Instead of the verb's own")
      ->check([](const std::string& word) {
        return parse_priority(word)
                   ? std::string{}
                   : word + ": allowed are urgent, token, relay, synchronisation, routine";
      });
  verb.add_option("--via", options.via, "Over the local control socket, or the broker")
      ->check(CLI::IsMember({"socket", "mqtt"}))
      ->capture_default_str();
  verb.add_option("--wait", options.wait, "Wait at most this long for the end")
      ->default_str("expiry and a minute");
  verb.add_flag("--no-wait", options.no_wait, "Return once it is accepted");
  verb.add_flag("--json", options.json, "Steps as published, one JSON object per line");
  add_socket_options(verb, options.store);
}

namespace {

struct VerbHelp {
  Verb verb;
  const char* description;
  const char* footer;
};

constexpr std::array kVerbHelp{
    VerbHelp{
        Verb::DeliverToken, "Give the meter a token (STS or UTRN)",
        "Each token is delivered once: digits that were sent before are refused. A token on the\n"
        "command line can be seen by others on this box; `-` reads it from the input.\n\n"
        "Examples:\n"
        "  metergate send deliver-token m1 - --work-order W-1004 < token.txt\n"
        "  metergate send deliver-token m1 \"1234 5678 ...\" --comment \"keypad broken\""},
    VerbHelp{
        Verb::SetRelay, "Open, arm or close the meter's relay",
        "off: open; armed: open, the user may close it; on: closed, where the model allows it.\n\n"
        "Examples:\n"
        "  metergate send set-relay m1 armed --work-order W-1005"},
    VerbHelp{Verb::Read, "Read from the meter now",
             "Examples:\n"
             "  metergate send read m1 registers relay clock\n"
             "  metergate send read m1 profile --from 2026-03-01 --to 2026-03-02"},
    VerbHelp{Verb::Synchronise, "Read everything that is missing, to the end",
             "Examples:\n"
             "  metergate send synchronise m1"},
    VerbHelp{Verb::SetClock, "Set the meter's clock",
             "Without a time the gateway's own is used, taken when it is sent.\n\n"
             "Examples:\n"
             "  metergate send set-clock m1 --comment \"drifted after power cut\""},
    VerbHelp{Verb::Cancel, "Take back a command that was not sent yet",
             "Examples:\n"
             "  metergate send cancel m1 cli-20260301T101700Z-9f86d081 --comment \"wrong meter\""},
    VerbHelp{Verb::IssueToken, "Make a token for the meter, and send it or hand it out",
             "The token is a transaction with your name and reason; its vending key is in the key "
             "store.\nWithout --channel it is sent through the meter's session.\n\n"
             "Examples:\n"
             "  metergate send issue-token m1 tamper-reset --work-order W-1006\n"
             "  metergate send issue-token m1 power-limit 5000 --comment \"contract\"\n"
             "  metergate send issue-token m1 credit 10000 --channel print --cleared "
             "--comment \"shop down\""},
    VerbHelp{Verb::ResendTokens, "Send or hand out the meter's unused tokens again, oldest first",
             "The digits stay what they were; nothing new is made.\n\n"
             "Examples:\n"
             "  metergate send resend-tokens m1 --work-order W-1007\n"
             "  metergate send resend-tokens m1 --channel print --slip html --work-order W-1007 > "
             "slip.html"},
    VerbHelp{Verb::ChangeTenancy, "Another tenant: collect, purge, relay, synchronise",
             "Everything the meter will erase is read first; give it the time for that.\n\n"
             "Examples:\n"
             "  metergate send change-tenancy m1 left-unannounced --work-order W-1008 --expires-in "
             "6h\n"
             "  metergate send change-tenancy m1 leaves-later --at 2026-04-01 --expires-in 40d "
             "--relay armed --comment \"moves out\"\n"
             "  metergate tenancy m1                      what came of it"},
    VerbHelp{Verb::ChangeSupplier, "Another supplier: its tariffs go, its name comes",
             "Examples:\n"
             "  metergate send change-supplier m1 --supplier-id 71 --supplier-name \"North Power\" "
             "--work-order W-1009"},
    VerbHelp{
        Verb::SetTariff, "Load a tariff, now or for later",
        "Examples:\n"
        "  metergate send set-tariff m1 12 27 --supplier-id 71 --supplier-name \"North Power\" "
        "--at 2026-04-01 --work-order W-1010"},
    VerbHelp{Verb::ExportTenancy, "Hand out what is kept of a sealed tenancy",
             "All of it is published once more, on the topics of sealed tenancies. `metergate\n"
             "export --tenancy` writes it to files instead. Both need the right `sealed`.\n\n"
             "Examples:\n"
             "  metergate tenancy m1                      which there are\n"
             "  metergate send export-tenancy m1 1 --work-order W-1011"},
    VerbHelp{
        Verb::EraseTenancy, "Erase what is kept of a sealed tenancy, for good",
        "Readings, profile, logs and billing of that tenancy; what was ordered, and why, stays "
        "in the audit trail.\n\n"
        "Examples:\n"
        "  metergate send erase-tenancy m1 1 --comment \"the tenant asked for it\""},
};

void add_way_options(CLI::App& verb, TypedCommand& typed) {
  verb.add_option("--channel", typed.channel, "Hand it out instead: sms, email, print")
      ->check(CLI::IsMember({"sms", "email", "print"}));
  verb.add_flag("--cleared", typed.cleared, "The customer may have it");
}

void add_change_options(CLI::App& verb, TypedCommand& typed) {
  verb.add_option("--at", typed.effective, "When, on the meter's clock; absent: at once");
  verb.add_option("--action", typed.actions,
                  "What the meter does with it, such as purge-profile; absent: the usual");
  verb.add_option("--relay", typed.relay, "What the relay does")
      ->check(CLI::IsMember({"unchanged", "off", "armed"}));
  verb.add_option("--event-id", typed.event_id, "The issuer's number for it");
}

void add_supplier_options(CLI::App& verb, TypedCommand& typed) {
  verb.add_option("--supplier-id", typed.supplier_id, "Its number")->required();
  verb.add_option("--supplier-name", typed.supplier_name, "As displayed, 1 to 16 characters")
      ->required();
}

void add_verb_options(CLI::App& verb, Verb which, TypedCommand& typed) {
  switch (which) {
    case Verb::DeliverToken:
      verb.add_option("TOKEN", typed.token, "20 digits, or `-` to read them from the input")
          ->required();
      verb.add_flag("--allow-repeat", typed.allow_repeat,
                    "Send these digits although this meter was sent them before");
      break;
    case Verb::SetRelay:
      verb.add_option("STATE", typed.state, "What it shall be")
          ->required()
          ->check(CLI::IsMember({"off", "armed", "on"}));
      break;
    case Verb::Read:
      verb.add_option("WHAT", typed.what,
                      "registers, daily, profile, logs, clock, relay, billing, tariff")
          ->required()
          ->check([](const std::string& word) {
            return parse_data_class(word)
                       ? std::string{}
                       : word +
                             ": allowed are registers, daily, profile, logs, clock, relay, "
                             "billing, tariff";
          });
      verb.add_option("--from", typed.from, "Profile and daily values from here");
      verb.add_option("--to", typed.to, "... to here");
      break;
    case Verb::SetClock:
      verb.add_option("TIME", typed.time, "RFC 3339");
      break;
    case Verb::Cancel:
      verb.add_option("COMMAND", typed.command, "Its id")->required();
      break;
    case Verb::IssueToken:
      verb.add_option("FUNCTION", typed.function,
                      "credit, free-issue, tamper-reset, clear-credit, power-limit, "
                      "phase-unbalance-limit, tariff-index, supply-group, key-revision, meter-test")
          ->required();
      verb.add_option("VALUE", typed.value, "Wh, W, an index, a group, a revision, a test's name");
      verb.add_option("--old-supply-group", typed.old_supply_group,
                      "What it is now: both are checked");
      verb.add_flag("--confirmed", typed.confirmed, "Yes, this key change is meant");
      add_way_options(verb, typed);
      break;
    case Verb::ResendTokens:
      add_way_options(verb, typed);
      break;
    case Verb::ChangeTenancy:
      verb.add_option("SITUATION", typed.situation,
                      "Why: left-unannounced, leaves-now, leaves-later")
          ->required()
          ->check(CLI::IsMember({"left-unannounced", "leaves-now", "leaves-later"}));
      verb.add_flag("--uncollected", typed.uncollected,
                    "Go ahead although not everything has been collected");
      add_change_options(verb, typed);
      break;
    case Verb::ChangeSupplier:
      add_supplier_options(verb, typed);
      add_change_options(verb, typed);
      break;
    case Verb::SetTariff:
      verb.add_option("TARIFF", typed.tariff_id, "Its number")->required();
      verb.add_option("PRICE", typed.price, "Minor currency units a kWh")->required();
      add_supplier_options(verb, typed);
      verb.add_option("--at", typed.effective, "When it becomes active; absent: at once");
      break;
    case Verb::ExportTenancy:
    case Verb::EraseTenancy:
      verb.add_option("EPOCH", typed.epoch, "Its number")->required();
      break;
    case Verb::Synchronise:
    case Verb::ChangeRegistry:  // `metergate registry`
      break;
  }
}

}  // namespace

void add_send(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("send", "Send a command to a meter and watch it");
  command->require_subcommand(1);
  command->footer(
      "The command is on disk before it is accepted, and goes on when this program is "
      "interrupted.\n"
      "Exit codes: 0 succeeded, 1 ended otherwise, 3 refused, 4 outcome not known (yet),\n"
      "69 gateway or broker not reachable.\n\n"
      "`metergate send VERB --help` shows each verb's own options and examples.");
  for (const VerbHelp& help : kVerbHelp) {
    auto options = std::make_shared<Options>();
    options->typed.verb = help.verb;
    CLI::App* verb =
        command->add_subcommand(std::string{traits_of(help.verb).word}, help.description);
    verb->footer(help.footer);
    verb->add_option("METER", options->typed.meter, "The meter's name")->required();
    add_send_options(*verb, *options);
    add_verb_options(*verb, help.verb, options->typed);
    if (help.verb == Verb::IssueToken || help.verb == Verb::ResendTokens) {
      verb->add_option("--slip", options->slip,
                       "With --channel print: show the slip to be printed, nothing else")
          ->check(CLI::IsMember({"text", "html"}));
    }
    verb->callback([options, &action] {
      action = [options](Console& console) { return send_command(console, *options); };
    });
  }
}

}  // namespace metergate::cli
