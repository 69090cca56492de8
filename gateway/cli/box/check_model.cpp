// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/box/check_model.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "config/model_file.hpp"
#include "config/model_report.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/sim/simulate_model.hpp"

namespace metergate::cli {
namespace {

struct Options {
  std::filesystem::path file;
  bool simulate = false;
};

int check(Console& console, const Options& options) {
  const auto loaded = config::load_model(options.file);
  if (!loaded) {
    for (const config::ConfigError& error : loaded.error()) console.out << error.text() << '\n';
    return kConfigurationError;
  }
  console.out << config::report(*loaded);
  if (!options.simulate) return kOk;
  console.out << '\n';
  return simulate_model(console, *loaded);
}

}  // namespace

void add_check_model(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("check-model", "Check a meter model and tell what it says");
  command->footer(
      "Every mistake in one go, with line, key, value and what is allowed; the captures in the "
      "file\n"
      "must decode to what it expects. Exit codes: 0 no mistakes, 78 at least one.\n\n"
      "Examples:\n"
      "  metergate check-model eastron-sdm120.toml\n"
      "  metergate check-model my-meter.toml --simulate   read a virtual meter through it");
  command->add_option("FILE", options->file, "The meter model")->required();
  command->add_flag("--simulate", options->simulate,
                    "Also read every register and block from a virtual meter");
  command->callback([options, &action] {
    action = [options](Console& console) { return check(console, *options); };
  });
}

}  // namespace metergate::cli
