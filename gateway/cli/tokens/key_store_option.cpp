// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/tokens/key_store_option.hpp"

#include <CLI/CLI.hpp>

#include "gateway/cli/exit_codes.hpp"

namespace metergate::cli {

CliResult<keys::PassphraseSource> SecretOptions::source(std::string_view usual_variable) const {
  const int given = int{!file.empty()} + int{!credential.empty()} + int{!variable.empty()};
  if (given > 1) return failure(CliError{kUsage, "the passphrase comes from one place only"});
  if (!file.empty()) return keys::PassphraseSource{keys::FromFile{file}};
  if (!credential.empty()) return keys::PassphraseSource{keys::FromCredential{credential}};
  return keys::PassphraseSource{
      keys::FromEnvironment{variable.empty() ? std::string{usual_variable} : variable}};
}

CliResult<keys::KeyStoreLocation> KeyStoreOptions::location() const {
  const auto source = secret.source(kPassphraseVariable);
  if (!source) return failure(source.error());
  if (file.empty() == module.empty()) {
    return failure(CliError{kUsage, "name the key store: --file, or --module and --token"});
  }
  if (!file.empty()) return keys::KeyStoreLocation{keys::KeyFile{file}, *source};
  if (token.empty()) return failure(CliError{kUsage, "--module needs --token, the token's label"});
  return keys::KeyStoreLocation{keys::Pkcs11Token{module, token}, *source};
}

void add_secret_options(CLI::App& command, const std::string& prefix, SecretOptions& options) {
  const std::string begin = "--" + prefix + "passphrase-";
  command.add_option(begin + "file", options.file, "A file only you can read")->type_name("FILE");
  command.add_option(begin + "credential", options.credential, "A systemd credential")
      ->type_name("NAME");
  command.add_option(begin + "env", options.variable, "An environment variable")
      ->type_name("NAME")
      ->default_str(std::string{prefix.empty() ? kPassphraseVariable : kNewPassphraseVariable});
}

void add_key_store_options(CLI::App& command, KeyStoreOptions& options) {
  command.add_option("--file", options.file, "The encrypted key file")->type_name("FILE");
  command.add_option("--module", options.module, "A PKCS#11 module, instead of the file")
      ->type_name("LIBRARY");
  command.add_option("--token", options.token, "Its token's label")->type_name("LABEL");
  add_secret_options(command, "", options.secret);
}

CliResult<std::unique_ptr<keys::KeyStore>> open_key_store(const KeyStoreOptions& options) {
  const auto location = options.location();
  if (!location) return failure(location.error());
  auto store = keys::open_key_store(*location, keys::Purpose::Administration);
  if (!store) return failure(cli_error(store.error()));
  return std::move(store).value();
}

CliError cli_error(const keys::KeyFault& fault) {
  using Reason = keys::KeyFault::Reason;
  switch (fault.reason) {
    case Reason::NoKey:
    case Reason::KeyExpired:
    case Reason::Refused:
    case Reason::CheckSum:
    case Reason::Present:
      return {kRefused, fault.text};
    case Reason::Field:
      return {kUsage, fault.text};
    case Reason::Secret:
    case Reason::Unprotected:
      return {kConfigurationError, fault.text};
    case Reason::Damaged:
    case Reason::Unavailable:
      break;
  }
  return {kIoError, fault.text};
}

}  // namespace metergate::cli
