// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/model_file.hpp"
#include "config/schema.hpp"
#include "gateway/cli/terminal/console.hpp"
#include "storage/ledger.hpp"

namespace metergate::cli {

inline constexpr const char* kUsualConfiguration = "/etc/metergate/metergate.toml";

/// Where the subcommands that look at the store find it, as given on the command line.
struct StoreOptions {
  std::filesystem::path configuration = kUsualConfiguration;
  bool configuration_was_given = false;
  std::filesystem::path store;   ///< empty: what the configuration says
  std::filesystem::path socket;  ///< empty: what the configuration says
};

/// Adds --config, --store and --socket to a subcommand.
void add_store_options(CLI::App& command, StoreOptions& options);
void add_configuration_option(CLI::App& command, StoreOptions& options);
/// Adds --config and --socket: for subcommands that ask the running gateway alone.
void add_socket_options(CLI::App& command, StoreOptions& options);

/// The store, opened for reading beside the running gateway, and what is needed to understand it.
struct OpenStore {
  Ledger ledger;
  config::ModelCatalogue models;  ///< for units and names; values show raw where it is missing one
  std::filesystem::path socket;   ///< of the running gateway; may be empty
};

[[nodiscard]] CliResult<config::Configuration> load_configuration(
    const std::filesystem::path& file);
[[nodiscard]] CliResult<OpenStore> open_store(const StoreOptions& options);
/// The control socket alone.
[[nodiscard]] CliResult<std::filesystem::path> socket_path(const StoreOptions& options);

/// The meter of this name, or a complaint that lists similar ones.
[[nodiscard]] CliResult<StoredMeter> find_meter(const OpenStore& store, const std::string& name);

/// The one meter that said it has this serial number; unknown and doubled numbers are complaints.
[[nodiscard]] CliResult<StoredMeter> find_serial(const OpenStore& store, const std::string& serial);

/// A failed read of the store as a complaint.
[[nodiscard]] CliError store_trouble(const StorageError& error);

}  // namespace metergate::cli
