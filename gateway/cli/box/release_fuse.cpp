// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/box/release_fuse.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "gateway/cli/box/control_client.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/store/store_access.hpp"

namespace metergate::cli {
namespace {

struct Options {
  StoreOptions store;
  std::string work_order;
  std::string comment;
};

int release_fuse(Console& console, const Options& options) {
  const auto socket = socket_path(options.store);
  if (!socket) return complain(console, socket.error());
  auto client = ControlClient::connect(*socket);
  if (!client) return complain(console, client.error());
  const auto asked = client->ask(
      "release-fuse", {{"work_order", options.work_order}, {"comment", options.comment}},
      [](const boost::json::object&) { return ControlClient::Wanted::More; });
  if (!asked) return complain(console, asked.error());
  console.out << "released: what was opened up to now no longer counts\n";
  return kOk;
}

}  // namespace

void add_release_fuse(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "release-fuse", "Let more supplies be opened from afar, after too many within an hour");
  command->footer(
      "Orders that open supplies are refused (relay-off-fuse) beyond what [relay_off_fuse] allows\n"
      "within an hour. Find out who sends them and why before you release it: the next as many go\n"
      "out at once. It is written into the audit trail with your login.\n\n"
      "Examples:\n"
      "  metergate audit list && metergate release-fuse --work-order W-1012");
  command->add_option("--work-order", options->work_order, "The work order this is done for");
  command->add_option("--comment", options->comment, "... or why it is done");
  add_socket_options(*command, options->store);
  command->callback([options, &action] {
    action = [options](Console& console) { return release_fuse(console, *options); };
  });
}

}  // namespace metergate::cli
