// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/load_box.hpp"

#include <cstdio>
#include <system_error>

#include "config/check_models.hpp"
#include "config/load.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/keys/open_key_store.hpp"

namespace metergate::runtime {
namespace {

keys::KeyStoreLocation location_of(const config::KeyStore& store) {
  keys::KeyStoreLocation location{keys::KeyFile{store.file},
                                  keys::FromEnvironment{store.passphrase_env}};
  if (!store.module.empty()) location.place = keys::Pkcs11Token{store.module, store.token};
  if (!store.passphrase_file.empty()) location.secret = keys::FromFile{store.passphrase_file};
  if (!store.passphrase_credential.empty()) {
    location.secret = keys::FromCredential{store.passphrase_credential};
  }
  return location;
}

}  // namespace

Result<Plan, std::vector<config::ConfigError>> load_plan(const std::filesystem::path& config_file) {
  auto configuration = config::load(config_file);
  if (!configuration) return failure(std::move(configuration).error());
  if (auto errors = config::check_files(*configuration, config_file); !errors.empty()) {
    return failure(std::move(errors));
  }
  auto models = config::load_models(configuration->model_directories);
  if (!models) return failure(std::move(models).error());
  if (auto errors = config::check_models(*configuration, *models, config_file); !errors.empty()) {
    return failure(std::move(errors));
  }
  return Plan{std::move(*configuration), std::move(*models)};
}

Result<Box, int> load_box(const std::filesystem::path& config_file) {
  auto plan = load_plan(config_file);
  if (!plan) {
    for (const config::ConfigError& error : plan.error()) {
      std::fprintf(stderr, "%s\n", error.text().c_str());
    }
    return failure(cli::kConfigurationError);
  }
  const config::Configuration& configuration = plan->configuration;
  std::error_code ignored;
  std::filesystem::create_directories(configuration.storage.file.parent_path(), ignored);
  auto ledger = Ledger::open(configuration.storage.file, LedgerMode::ReadWrite);
  if (!ledger) {
    std::fprintf(stderr, "%s\n", ledger.error().what.c_str());
    // No later start would find this release able to read it; the disk may be well again.
    const bool is_newer = ledger.error().reason == StorageError::Reason::NewerSchema;
    return failure(is_newer ? cli::kConfigurationError : cli::kIoError);
  }
  std::unique_ptr<keys::KeyStore> keys;
  if (configuration.key_store) {
    auto opened = keys::open_key_store(location_of(*configuration.key_store));
    if (!opened) {
      std::fprintf(stderr, "%s: key_store: %s\n", config_file.c_str(), opened.error().text.c_str());
      return failure(cli::kConfigurationError);
    }
    keys = std::move(*opened);
  }
  return Box{std::move(*plan), std::move(*ledger), std::move(keys)};
}

}  // namespace metergate::runtime
