// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "gateway/cli/terminal/console.hpp"
#include "gateway/keys/open_key_store.hpp"

namespace metergate::cli {

/// Where a passphrase or PIN comes from, as typed: exactly one, or the environment variable.
struct SecretOptions {
  std::string file;
  std::string credential;
  std::string variable;

  [[nodiscard]] CliResult<keys::PassphraseSource> source(std::string_view usual_variable) const;
};

/// Which key store, as typed: a file, or a token of a PKCS#11 module.
struct KeyStoreOptions {
  std::string file;
  std::string module;
  std::string token;
  SecretOptions secret;

  [[nodiscard]] CliResult<keys::KeyStoreLocation> location() const;
};

inline constexpr std::string_view kPassphraseVariable = "METERGATE_KEYS_PASSPHRASE";
inline constexpr std::string_view kNewPassphraseVariable = "METERGATE_KEYS_NEW_PASSPHRASE";

void add_key_store_options(CLI::App& command, KeyStoreOptions& options);
/// The options begin with `--<prefix>passphrase-`.
void add_secret_options(CLI::App& command, const std::string& prefix, SecretOptions& options);

[[nodiscard]] CliResult<std::unique_ptr<keys::KeyStore>> open_key_store(
    const KeyStoreOptions& options);

/// A key store's fault with the exit code that goes with it.
[[nodiscard]] CliError cli_error(const keys::KeyFault& fault);

}  // namespace metergate::cli
