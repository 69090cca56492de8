// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/cli.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "gateway/cli/audit/audit.hpp"
#include "gateway/cli/box/check_config.hpp"
#include "gateway/cli/box/check_model.hpp"
#include "gateway/cli/box/console_user.hpp"
#include "gateway/cli/box/doctor.hpp"
#include "gateway/cli/box/manual.hpp"
#include "gateway/cli/box/release_fuse.hpp"
#include "gateway/cli/box/run_command.hpp"
#include "gateway/cli/dlms/dlms.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/explain/decode.hpp"
#include "gateway/cli/explain/explain.hpp"
#include "gateway/cli/lines/probe.hpp"
#include "gateway/cli/lines/scan.hpp"
#include "gateway/cli/meters/meters.hpp"
#include "gateway/cli/meters/readings.hpp"
#include "gateway/cli/meters/registry.hpp"
#include "gateway/cli/meters/show.hpp"
#include "gateway/cli/meters/tail.hpp"
#include "gateway/cli/meters/tenancy.hpp"
#include "gateway/cli/send/operator_key.hpp"
#include "gateway/cli/send/send.hpp"
#include "gateway/cli/send/sign.hpp"
#include "gateway/cli/sim/sim.hpp"
#include "gateway/cli/store/export.hpp"
#include "gateway/cli/store/store.hpp"
#include "gateway/cli/tokens/keys.hpp"
#include "gateway/cli/tokens/token.hpp"
#include "gateway/cli/trace/trace.hpp"

namespace metergate::cli {
namespace {

constexpr const char* kFooter =
    "First steps:\n"
    "  metergate check-config metergate.toml      is the configuration right?\n"
    "  metergate doctor                           is all there that it needs?\n"
    "  metergate run --config metergate.toml      run the gateway\n"
    "  metergate meters                           who answers?\n"
    "  metergate tail --follow                    what happens?\n"
    "  metergate send read m1 registers           ask a meter\n\n"
    "Exit codes: 0 done, 1 a command ended otherwise than succeeded, 2 usage, 3 refused,\n"
    "4 unconfirmed, 69 gateway or broker not reachable, 74 store or file trouble,\n"
    "78 a mistake in the configuration. docs/operations.md has the details.";

}  // namespace

int run(std::vector<std::string> arguments, Console& console) {
  CLI::App app{"metergate: head-end gateway for prepayment meters", "metergate"};
  app.footer(kFooter);
  app.set_version_flag("--version", std::string{"metergate "} + METERGATE_VERSION);
  app.require_subcommand(1);
  Action action;
  for (const auto add :
       {&add_run,    &add_check_config, &add_check_model,  &add_meters,      &add_show,
        &add_tail,   &add_events,       &add_readings,     &add_export,      &add_send,
        &add_probe,  &add_status,       &add_sim,          &add_token,       &add_keys,
        &add_audit,  &add_operator,     &add_sign,         &add_registry,    &add_tenancy,
        &add_dlms,   &add_store,        &add_doctor,       &add_scan,        &add_trace,
        &add_decode, &add_manual,       &add_console_user, &add_release_fuse}) {
    add(app, action);
  }
  std::ranges::reverse(arguments);  // CLI11 takes a vector from its back
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& told) {
    // --help and --version come this way as well, with the exit code 0.
    return app.exit(told, console.out, console.err) == 0 ? kOk : kUsage;
  }
  return action(console);
}

int run(int argc, char** argv) {
  Console console = Console::of_process();
  return run({argv + 1, argv + argc}, console);
}

}  // namespace metergate::cli
