// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/box/load_box.hpp"

#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>

#include "config/check_models.hpp"
#include "config/load.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/keys/open_key_store.hpp"
#include "gateway/runtime/audit/audit_key.hpp"

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

std::string_view advice_for(StorageError::Reason reason) {
  switch (reason) {
    case StorageError::Reason::Corrupt:
      return "the ledger is damaged: `metergate store repair` takes what can be read into a new "
             "one";
    case StorageError::Reason::ReadOnly:
      return "the gateway writes there: see `dmesg` for why the disk takes no writes, and mount it "
             "writable";
    case StorageError::Reason::CannotOpen:
      return "the gateway's user needs to read and write the ledger, and to make files beside it";
    case StorageError::Reason::DiskFull:
      return "make room on that disk";
    default:
      return {};
  }
}

/// Says why the ledger could not be opened; returns what to exit with. No later start would find
/// this release able to read a later one's, or the damage gone; a disk may be well again.
int tell_of(const StorageError& error) {
  std::string text = error.what;
  if (const auto advice = advice_for(error.reason); !advice.empty()) {
    text += "\n           " + std::string{advice};
  }
  std::fprintf(stderr, "%s\n", text.c_str());
  const bool is_for_good = error.reason == StorageError::Reason::Corrupt ||
                           error.reason == StorageError::Reason::NewerSchema;
  return is_for_good ? cli::kConfigurationError : cli::kIoError;
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
  const auto folder = configuration.storage.file.parent_path();
  std::error_code failed;
  if (std::filesystem::create_directories(folder, failed); failed) {
    return failure(
        tell_of({failed == std::errc::read_only_file_system ? StorageError::Reason::ReadOnly
                                                            : StorageError::Reason::CannotOpen,
                 folder.string() + ": cannot be made: " + failed.message()}));
  }
  auto ledger = Ledger::open(configuration.storage.file, LedgerMode::ReadWrite);
  if (!ledger) {
    return failure(tell_of(ledger.error()));
  }
  std::unique_ptr<keys::KeyStore> keys;
  if (configuration.key_store) {
    auto opened =
        keys::open_key_store(location_of(*configuration.key_store), keys::Purpose::Vending);
    if (!opened) {
      std::fprintf(stderr, "%s: key_store: %s\n", config_file.c_str(), opened.error().text.c_str());
      return failure(cli::kConfigurationError);
    }
    keys = std::move(*opened);
  }
  auto audit_key = read_audit_key(configuration.audit);
  if (!audit_key) {
    std::fprintf(stderr, "%s: %s\n", config_file.c_str(), audit_key.error().c_str());
    return failure(cli::kConfigurationError);
  }
  return Box{std::move(*plan), std::move(*ledger), std::move(keys), std::move(*audit_key)};
}

}  // namespace metergate::runtime
