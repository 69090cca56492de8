// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/box/check_config.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <memory>

#include "config/budget.hpp"
#include "config/check_models.hpp"
#include "config/load.hpp"
#include "config/tariff_index.hpp"
#include "gateway/cli/exit_codes.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

struct Options {
  std::filesystem::path file;
  bool json = false;
  bool elsewhere = false;
};

void tell(Console& console, const Options& options,
          const std::vector<config::ConfigError>& errors) {
  for (const config::ConfigError& error : errors) {
    if (!options.json) {
      console.out << error.text() << '\n';
      continue;
    }
    console.out << json::serialize(json::object{{"file", error.file.string()},
                                                {"line", error.line},
                                                {"key", error.key},
                                                {"value", error.value},
                                                {"expected", error.expected}})
                << '\n';
  }
}

int check(Console& console, const Options& options) {
  const auto configuration = config::load(options.file);
  if (!configuration) {
    tell(console, options, configuration.error());
    return kConfigurationError;
  }
  const auto models = config::load_models(configuration->model_directories);
  if (!models) {
    tell(console, options, models.error());
    return kConfigurationError;
  }
  auto mistakes = config::check_models(*configuration, *models, options.file);
  if (!options.elsewhere) {
    std::ranges::move(config::check_files(*configuration, options.file),
                      std::back_inserter(mistakes));
  }
  if (!mistakes.empty()) {
    tell(console, options, mistakes);
    return kConfigurationError;
  }
  if (!options.json) {
    for (const config::LineBudget& line : config::line_budgets(*configuration, *models)) {
      console.out << config::budget_text(line) << '\n';
    }
    auto warnings = config::budget_warnings(*configuration, *models);
    std::ranges::move(config::tariff_index_warnings(*configuration), std::back_inserter(warnings));
    for (const std::string& warning : warnings) {
      console.out << painted(console, Paint::Yellow, "warning: " + warning) << '\n';
    }
    console.out << options.file.string() << ": no mistakes; site " << configuration->site.text()
                << ", " << configuration->meters.size() << " meters on "
                << configuration->lines.size() << " lines\n";
  }
  return kOk;
}

}  // namespace

void add_check_config(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("check-config", "Check a configuration without running it");
  command->footer(
      "Names line, key, value and what is allowed, for every mistake in one go. Exit codes: 0 no\n"
      "mistakes, 78 at least one.\n\n"
      "Examples:\n"
      "  metergate check-config /etc/metergate/metergate.toml\n"
      "  metergate check-config new.toml && systemctl reload metergate");
  command->add_option("FILE", options->file, "The configuration")->required();
  command->add_flag("--json", options->json, "One JSON object per mistake");
  command->add_flag("--elsewhere", options->elsewhere,
                    "It is for another box: do not look for its certificates and password files");
  command->callback([options, &action] {
    action = [options](Console& console) { return check(console, *options); };
  });
}

}  // namespace metergate::cli
