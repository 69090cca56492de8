// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/send/operator_key.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "gateway/access/identity.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/tokens/key_store_option.hpp"
#include "gateway/keys/private_file.hpp"
#include "protocols/crypto/ed25519_pem.hpp"
#include "protocols/octets/compact_hex.hpp"

namespace metergate::cli {
namespace {

constexpr std::size_t kMostOctets = 4'096;

/// The line for the configuration, and beside it the name the audit trail has for the key.
void tell(Console& console, const crypto::Ed25519PublicKey& key) {
  console.out << "public_keys = [\"" << hex::compact(key) << "\"]\n";
  console.err << "key id " << access::key_id(key) << '\n';
}

int make_key(Console& console, const std::string& file) {
  const auto pair = crypto::make_ed25519_key_pair();
  auto text = crypto::ed25519_to_pem(pair.private_key);
  if (!text) return complain(console, {kIoError, "OpenSSL cannot write the key"});
  const auto written = keys::write_private_file(file, *text, keys::Replace::No);
  crypto::wipe(*text);
  if (!written) return complain(console, cli_error(written.error()));
  tell(console, pair.public_key);
  return kOk;
}

int show_key(Console& console, const std::string& file) {
  const auto pair = read_operator_key(file);
  if (!pair) return complain(console, pair.error());
  tell(console, pair->public_key);
  return kOk;
}

}  // namespace

CliResult<crypto::Ed25519KeyPair> read_operator_key(const std::filesystem::path& file) {
  auto text = keys::read_private_file(file, kMostOctets);
  if (!text) return failure(cli_error(text.error()));
  const auto key = crypto::ed25519_from_pem(*text);
  crypto::wipe(*text);
  if (!key) {
    return failure(CliError{
        kIoError, file.string() + " holds no Ed25519 private key (PKCS#8 in PEM, not encrypted)"});
  }
  const auto public_key = crypto::ed25519_public_key(*key);
  if (!public_key) return failure(CliError{kIoError, "OpenSSL refuses the key"});
  return crypto::Ed25519KeyPair{*key, *public_key};
}

void add_operator(CLI::App& app, Action& action) {
  auto file = std::make_shared<std::string>();
  CLI::App* top = app.add_subcommand("operator", "Keys that operators sign their commands with");
  top->require_subcommand(1);
  top->footer(
      "The private key stays with the operator; the line that is printed goes into the gateway's\n"
      "configuration, below [[operator]] (docs/security.md).\n\n"
      "Examples:\n"
      "  metergate operator make-key anna.pem\n"
      "  metergate operator show-key anna.pem     the same line again");
  CLI::App* making = top->add_subcommand("make-key", "A new key pair, the private half in FILE");
  making->add_option("FILE", *file, "Made with mode 0600; never replaced")->required();
  making->callback(
      [file, &action] { action = [file](Console& console) { return make_key(console, *file); }; });
  CLI::App* showing = top->add_subcommand("show-key", "The public half of FILE");
  showing->add_option("FILE", *file, "A private key, as make-key writes it")->required();
  showing->callback(
      [file, &action] { action = [file](Console& console) { return show_key(console, *file); }; });
}

}  // namespace metergate::cli
