// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/sim/street.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/sim/actions.hpp"
#include "gateway/cli/terminal/json_members.hpp"
#include "gateway/journal/neutral_text.hpp"
#include "gateway/sim/street/street.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

struct Options {
  std::filesystem::path directory;
  std::string action;
  std::string meter;
  std::string value;
};

/// The street's answer; a street that can't be reached or says no is an error.
CliResult<json::object> ask(const Options& options) {
  const auto request = sim_request(options.action, options.meter, options.value);
  if (!request) return failure(request.error());
  sim::StreetOptions street;
  street.directory = options.directory;
  const auto answer = sim::street_request(sim::control_socket(street), *request);
  if (!answer) return failure(CliError{kUnavailable, answer.error()});
  boost::system::error_code failed;
  const json::value told = json::parse(*answer, failed);
  if (failed || !told.is_object()) {
    return failure(CliError{kUnavailable, "the street's answer is not understood"});
  }
  if (const auto error = text_in(told.get_object(), "error")) {
    return failure(CliError{kRefused, std::string{*error}});
  }
  return told.get_object();
}

int ctl(Console& console, const Options& options) {
  const auto answer = ask(options);
  if (!answer) return complain(console, answer.error());
  console.out << sim_answer_text(*answer);
  return kOk;
}

/// What the meter's display shows, a line each; a refused code is a refusal of the command.
int key_in(Console& console, const Options& options) {
  const auto answer = ask(options);
  if (!answer) return complain(console, answer.error());
  const json::value* display = answer->if_contains("display");
  if (display != nullptr && display->is_array()) {
    for (const json::value& line : display->get_array()) {
      if (line.is_string()) {
        console.out << journal::neutral(std::string_view{line.get_string()}) << '\n';
      }
    }
  }
  if (text_in(*answer, "result").value_or("") == "taken") return kOk;
  const json::value* silent = answer->if_contains("silent");
  if (silent != nullptr && silent->is_bool() && silent->get_bool()) {
    return complain(console, {kRefused, "the meter shows nothing and does nothing: " +
                                            std::string{text_in(*answer, "result").value_or("")}});
  }
  return complain(console, {kRefused, "the meter refused the code: " +
                                          std::string{text_in(*answer, "result").value_or("")}});
}

int keys(Console& console, const Options& options) {
  const auto answer = ask(options);
  if (!answer) return complain(console, answer.error());
  console.out << text_in(*answer, "key_config").value_or("");
  return kOk;
}

CLI::App& add(CLI::App& sim, Action& action, const std::shared_ptr<Options>& options,
              const char* name, const char* help, int (*run)(Console&, const Options&)) {
  CLI::App* command = sim.add_subcommand(name, help);
  command->add_option("--dir", options->directory, "The street's folder")->required();
  command->callback([options, &action, run] {
    action = [options, run](Console& console) { return run(console, *options); };
  });
  return *command;
}

}  // namespace

void add_sim_street(CLI::App& sim, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App& control = add(sim, action, options, "ctl", "Do something to a running street", ctl);
  control.footer(sim_actions_help() +
                 "\nExamples:\n"
                 "  metergate sim ctl --dir /tmp/street list\n"
                 "  metergate sim ctl --dir /tmp/street silence a-003\n"
                 "  metergate sim ctl --dir /tmp/street late a-001 600\n"
                 "  metergate sim ctl --dir /tmp/street set-load a-001 2500\n"
                 "  metergate sim ctl --dir /tmp/street cut-power '*'");
  control.add_option("ACTION", options->action, "What to do")->required();
  control.add_option("METER", options->meter, "A meter's name, or * for all");
  control.add_option("VALUE", options->value, "The action's number");

  auto keypad = std::make_shared<Options>();
  keypad->action = "key-in";
  CLI::App& keying =
      add(sim, action, keypad, "key-in", "Key a code in at a virtual meter's keypad", key_in);
  keying.footer(
      "Prints what the display shows. Exit codes: 0 taken, 3 refused, 69 no such street.\n\n"
      "Examples:\n"
      "  metergate sim key-in --dir /tmp/street a-001 '0000 0000 0001 5099 7584'");
  keying.add_option("METER", keypad->meter, "A meter's name")->required();
  keying.add_option("DIGITS", keypad->value, "The code, grouped or not")->required();

  auto test_keys = std::make_shared<Options>();
  test_keys->action = "keys";
  CLI::App& telling =
      add(sim, action, test_keys, "keys", "Print a virtual meter's PUBLIC TEST keys", keys);
  telling.footer(
      "As a key configuration for `metergate token`. What a head end needs for the whole street\n"
      "stands in the folder keys/ of --dir.\n\n"
      "Examples:\n"
      "  metergate sim keys --dir /tmp/street a-001 > a-001.toml\n"
      "  metergate token make clear-tamper-condition -k a-001.toml");
  telling.add_option("METER", test_keys->meter, "A meter's name")->required();
}

}  // namespace metergate::cli
