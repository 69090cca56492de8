// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/lines/probe.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "gateway/cli/box/control_client.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/store/store_access.hpp"
#include "gateway/journal/neutral_text.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

struct Options {
  StoreOptions store;
  std::string meter;
  bool json = false;
};

/// `name  value` per line; the gateway's own names, since they are the documented ones.
void print_facts(Console& console, const json::object& facts) {
  constexpr std::size_t kNameWidth = 20;
  for (const auto& [key, value] : facts) {
    if (key == "end") continue;
    const std::string name = journal::neutral(std::string_view{key});
    const std::string text = value.is_string()
                                 ? journal::neutral(std::string_view{value.get_string()})
                                 : journal::neutral(json::serialize(value));
    console.out << painted(console, Paint::Bold, name)
                << std::string(name.size() < kNameWidth ? kNameWidth - name.size() : 1, ' ') << text
                << '\n';
  }
}

int ask(Console& console, const Options& options, std::string_view method,
        const json::object& params, const ControlClient::OnLine& on_line) {
  const auto socket = socket_path(options.store);
  if (!socket) return complain(console, socket.error());
  auto client = ControlClient::connect(*socket);
  if (!client) return complain(console, client.error());
  const auto asked = client->ask(method, params, on_line);
  return asked ? int{kOk} : complain(console, asked.error());
}

int probe(Console& console, const Options& options) {
  const int code = ask(console, options, "probe", {{"meter", options.meter}},
                       [](const json::object&) { return ControlClient::Wanted::More; });
  if (code == kOk)
    console.out << "meter " << options.meter << " is tried at its line's next turn\n";
  return code;
}

int status(Console& console, const Options& options) {
  return ask(console, options, "status", {}, [&](const json::object& line) {
    if (options.json) {
      console.out << json::serialize(line) << '\n';
    } else {
      print_facts(console, line);
    }
    return ControlClient::Wanted::More;
  });
}

}  // namespace

void add_probe(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("probe", "Try a silent meter now");
  command->footer(
      "A meter that does not answer is set aside with growing pauses; this cuts the pause "
      "short.\n\n"
      "Examples:\n"
      "  metergate probe m1 && metergate tail --meter m1 --follow");
  command->add_option("METER", options->meter, "The meter's name")->required();
  add_socket_options(*command, options->store);
  command->callback([options, &action] {
    action = [options](Console& console) { return probe(console, *options); };
  });
}

void add_status(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("status", "How the running gateway is");
  command->footer(
      "Examples:\n"
      "  metergate status\n"
      "  metergate status --json | jq .outbox_messages");
  command->add_flag("--json", options->json, "One JSON object");
  add_socket_options(*command, options->store);
  command->callback([options, &action] {
    action = [options](Console& console) { return status(console, *options); };
  });
}

}  // namespace metergate::cli
