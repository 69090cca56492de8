// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/store/store_access.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "config/load.hpp"
#include "gateway/cli/exit_codes.hpp"

namespace metergate::cli {
namespace {

std::string text_of(const std::vector<config::ConfigError>& errors) {
  std::string out;
  for (const auto& error : errors) out += (out.empty() ? "" : "\n           ") + error.text();
  return out;
}

/// The configuration, or nothing where the store was named and nobody asked for a configuration.
CliResult<std::optional<config::Configuration>> configuration_for(const StoreOptions& options,
                                                                  bool is_needed) {
  auto loaded = load_configuration(options.configuration);
  if (loaded) return std::optional{std::move(loaded).value()};
  if (is_needed || options.configuration_was_given) return failure(std::move(loaded).error());
  return std::optional<config::Configuration>{};
}

}  // namespace

void add_configuration_option(CLI::App& command, StoreOptions& options) {
  command
      .add_option_function<std::string>(
          "-c,--config",
          [&options](const std::string& file) {
            options.configuration = file;
            options.configuration_was_given = true;
          },
          "The gateway's configuration")
      ->type_name("FILE")
      ->default_str(kUsualConfiguration);
}

void add_socket_options(CLI::App& command, StoreOptions& options) {
  add_configuration_option(command, options);
  command
      .add_option("--socket", options.socket, "The control socket, instead of the configured one")
      ->type_name("PATH");
}

void add_store_options(CLI::App& command, StoreOptions& options) {
  add_socket_options(command, options);
  command.add_option("--store", options.store, "The ledger's file, instead of the configured one")
      ->type_name("FILE");
}

CliResult<config::Configuration> load_configuration(const std::filesystem::path& file) {
  auto loaded = config::load(file);
  if (loaded) return std::move(loaded).value();
  return failure(CliError{kConfigurationError, text_of(loaded.error())});
}

CliResult<OpenStore> open_store(const StoreOptions& options) {
  auto configuration = configuration_for(options, options.store.empty());
  if (!configuration) return failure(std::move(configuration).error());
  const auto& known = configuration.value();

  const std::filesystem::path file = options.store.empty() ? known->storage.file : options.store;
  auto ledger = Ledger::open(file, LedgerMode::ReadOnly);
  if (!ledger) return failure(store_trouble(ledger.error()));

  OpenStore store{.ledger = std::move(ledger).value(), .models = {}, .socket = options.socket};
  if (known) {
    if (store.socket.empty()) store.socket = known->control.socket;
    // A model that does not load costs names and units here, not the readings; check-model tells.
    if (auto models = config::load_models(known->model_directories)) {
      store.models = std::move(models).value();
    }
  }
  return store;
}

CliResult<std::filesystem::path> socket_path(const StoreOptions& options) {
  if (!options.socket.empty()) return options.socket;
  auto loaded = load_configuration(options.configuration);
  if (!loaded) return failure(std::move(loaded).error());
  return loaded->control.socket;
}

CliResult<StoredMeter> find_meter(const OpenStore& store, const std::string& name) {
  const auto meters = store.ledger.meters();
  if (!meters) return failure(store_trouble(meters.error()));
  const auto found = std::ranges::find_if(
      *meters, [&](const StoredMeter& meter) { return meter.id.text() == name; });
  if (found != meters->end()) return *found;
  std::string similar;
  for (const StoredMeter& meter : *meters) {
    const std::string& id = meter.id.text();
    if (id.find(name) == std::string::npos && meter.serial != name) continue;
    similar += (similar.empty() ? "; is it " : ", ") + id;
  }
  return failure(CliError{kUsage, "no meter `" + name + "` in the store" + similar +
                                      (similar.empty() ? "; `metergate meters` lists them" : "?")});
}

CliResult<StoredMeter> find_serial(const OpenStore& store, const std::string& serial) {
  const auto number = SerialNumber::parse(serial);
  if (!number) {
    return failure(CliError{kUsage, "serial number: 1 to 64 of A-Z a-z 0-9 _ . - are allowed"});
  }
  const auto meters = store.ledger.meters_with_serial(*number);
  if (!meters) return failure(store_trouble(meters.error()));
  if (meters->size() == 1) return meters->front();
  if (meters->empty()) {
    return failure(CliError{kUsage, "no meter has answered with serial number " + serial});
  }
  std::string names;
  for (const StoredMeter& meter : *meters) names += (names.empty() ? "" : ", ") + meter.id.text();
  return failure(CliError{kUsage, "serial number " + serial + " answers as " + names +
                                      ": name one of them; `metergate registry conflicts` tells "
                                      "more"});
}

CliError store_trouble(const StorageError& error) {
  if (error.reason != StorageError::Reason::Corrupt) return {kIoError, error.what};
  return {kIoError, error.what + "; `metergate store repair` takes over what can still be read"};
}

}  // namespace metergate::cli
