// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/box/run_command.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "gateway/cli/store/store_access.hpp"
#include "gateway/runtime/run_gateway.hpp"

namespace metergate::cli {

void add_run(CLI::App& app, Action& action) {
  auto options = std::make_shared<StoreOptions>();
  CLI::App* command = app.add_subcommand("run", "Run the gateway");
  command->footer(
      "Runs in the foreground until SIGTERM or SIGINT; SIGHUP reads the configuration again.\n"
      "Exit codes: 0 stopped in order, 78 a mistake in the configuration or a ledger of a later\n"
      "release, 74 the ledger cannot be opened.\n\n"
      "Examples:\n"
      "  metergate run --config /etc/metergate/metergate.toml");
  add_configuration_option(*command, *options);
  command->callback([options, &action] {
    action = [options](Console&) { return runtime::run_gateway(options->configuration); };
  });
}

}  // namespace metergate::cli
