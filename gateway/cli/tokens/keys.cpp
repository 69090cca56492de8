// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/tokens/keys.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "config/key_config.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/terminal/table.hpp"
#include "gateway/cli/tokens/key_store_option.hpp"
#include "gateway/keys/file_key_store.hpp"
#include "gateway/keys/pkcs11_key_store.hpp"
#include "gateway/keys/private_file.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

struct Options {
  KeyStoreOptions store;
  SecretOptions new_secret;
  std::string supply_group;
  unsigned key_type = 2;
  unsigned key_revision = 1;
  unsigned key_expiry = 255;
  std::string base_date = "14";
  std::string generation = "04";
  std::string algorithms;
  std::string key_from = "-";
  std::string tables;
  std::string supplier;
  bool json = false;
};

CliResult<keys::VendingKeyName> name_of(const Options& options) {
  const auto supply_group = sts::SupplyGroupCode::parse(options.supply_group);
  if (!supply_group) return failure(CliError{kUsage, supply_group.error().text()});
  return keys::VendingKeyName{*supply_group, static_cast<sts::KeyType>(options.key_type),
                              sts::KeyRevisionNumber::of(options.key_revision).value(),
                              sts::parse_base_date(options.base_date).value()};
}

CliResult<keys::VendingKeyRecord> record_of(const Options& options) {
  const auto name = name_of(options);
  if (!name) return failure(name.error());
  const auto generation = sts::parse_key_generation(options.generation).value();
  const auto algorithms = options.algorithms.empty()
                              ? keys::AlgorithmSet::usual_for(generation)
                              : keys::AlgorithmSet::parse(options.algorithms);
  if (!algorithms) {
    return failure(
        CliError{kUsage, "--ea " + options.algorithms + ": must be codes like 07 or 07+11"});
  }
  return keys::VendingKeyRecord{
      *name, generation, {static_cast<std::uint8_t>(options.key_expiry)}, *algorithms};
}

/// Hex digits from stdin or a file only the owner can read; never from the command line, which
/// other users and the shell's history see.
CliResult<crypto::SecretOctets> secret_from(const std::string& place) {
  Octets text;
  if (place == "-") {
    constexpr std::size_t kMost = 256;
    for (char c = 0; text.size() < kMost && std::cin.get(c) && c != '\n';) {
      text.push_back(static_cast<std::uint8_t>(c));
    }
  } else {
    constexpr std::size_t kMost = 4096;
    auto read = keys::read_private_file(place, kMost);
    if (!read) return failure(cli_error(read.error()));
    text = std::move(read).value();
  }
  auto octets =
      crypto::SecretOctets::from_hex({reinterpret_cast<const char*>(text.data()), text.size()});
  crypto::wipe(text);
  if (!octets) return failure(CliError{kUsage, "the key must be hex digits"});
  return std::move(*octets);
}

CliResult<sts::VendingKey> key_from(const std::string& place) {
  auto octets = secret_from(place);
  if (!octets) return failure(octets.error());
  auto key = sts::VendingKey::of(std::move(octets).value());
  if (!key) return failure(CliError{kUsage, key.error().text()});
  return std::move(key).value();
}

/// Only a key file keeps suppliers' keys.
CliResult<std::unique_ptr<keys::FileKeyStore>> open_key_file(const KeyStoreOptions& options) {
  const auto location = options.location();
  if (!location) return failure(location.error());
  const auto* place = std::get_if<keys::KeyFile>(&location->place);
  if (place == nullptr) {
    return failure(CliError{kUsage, "prepayment keys of suppliers are kept in a key file: --file"});
  }
  auto secret = keys::read_passphrase(location->secret);
  if (!secret) return failure(cli_error(secret.error()));
  auto store = keys::FileKeyStore::open(place->file, std::move(secret).value());
  if (!store) return failure(cli_error(store.error()));
  return std::move(store).value();
}

CliResult<utrn::Eui64> supplier_of(const Options& options) {
  const auto supplier = utrn::Eui64::parse(options.supplier);
  if (supplier) return *supplier;
  return failure(CliError{kUsage, "--supplier: " + supplier.error().text()});
}

int init(Console& console, const Options& options) {
  const auto location = options.store.location();
  if (!location) return complain(console, location.error());
  const auto secret = keys::read_passphrase(location->secret);
  if (!secret) return complain(console, cli_error(secret.error()));
  if (const auto* place = std::get_if<keys::KeyFile>(&location->place)) {
    const auto made = keys::FileKeyStore::create(place->file, *secret);
    if (!made) return complain(console, cli_error(made.error()));
    console.out << place->file.string() << ": an empty key file, mode 0600\n";
    return kOk;
  }
  const auto& token = std::get<keys::Pkcs11Token>(location->place);
  const auto store = keys::Pkcs11KeyStore::open(token, *secret);
  if (!store) return complain(console, cli_error(store.error()));
  console.out << "token `" << token.label << "` opens; nothing has to be prepared in it\n"
              << (*store)->abilities() << '\n';
  return kOk;
}

int import_key(Console& console, const Options& options) {
  const auto record = record_of(options);
  if (!record) return complain(console, record.error());
  const auto store = open_key_store(options.store);
  if (!store) return complain(console, store.error());
  const auto key = key_from(options.key_from);
  if (!key) return complain(console, key.error());
  const auto done = (*store)->import_key(*record, *key);
  if (!done) return complain(console, cli_error(done.error()));
  console.out << "imported: " << record->name.text() << '\n';
  return kOk;
}

int import_supplier(Console& console, const Options& options) {
  const auto supplier = supplier_of(options);
  if (!supplier) return complain(console, supplier.error());
  const auto store = open_key_file(options.store);
  if (!store) return complain(console, store.error());
  auto key = secret_from(options.key_from);
  if (!key) return complain(console, key.error());
  const auto done = (*store)->import_supplier({*supplier, std::move(key).value()});
  if (!done) return complain(console, cli_error(done.error()));
  console.out << "imported: prepayment key of supplier " << supplier->text() << '\n';
  return kOk;
}

int remove_supplier(Console& console, const Options& options) {
  const auto supplier = supplier_of(options);
  if (!supplier) return complain(console, supplier.error());
  const auto store = open_key_file(options.store);
  if (!store) return complain(console, store.error());
  const auto done = (*store)->remove_supplier(*supplier);
  if (!done) return complain(console, cli_error(done.error()));
  console.out << "removed: prepayment key of supplier " << supplier->text() << '\n';
  return kOk;
}

int import_tables(Console& console, const Options& options) {
  const auto tables = config::load_sta_tables(options.tables);
  if (!tables) {
    for (const auto& error : tables.error()) console.err << error.text() << '\n';
    return kConfigurationError;
  }
  const auto store = open_key_store(options.store);
  if (!store) return complain(console, store.error());
  const auto done = (*store)->import_tables(*tables);
  if (!done) return complain(console, cli_error(done.error()));
  console.out << "imported: the EA 07 tables\n";
  return kOk;
}

int remove_key(Console& console, const Options& options) {
  const auto name = name_of(options);
  if (!name) return complain(console, name.error());
  const auto store = open_key_store(options.store);
  if (!store) return complain(console, store.error());
  const auto done = (*store)->remove_key(*name);
  if (!done) return complain(console, cli_error(done.error()));
  console.out << "removed: " << name->text() << '\n';
  return kOk;
}

std::string good_until(const keys::VendingKeyRecord& record) {
  return rfc3339::text(
      sts::token_time(record.key_expiry.last_good(), {.base = record.name.base_date}));
}

json::object json_of(const keys::VendingKeyRecord& record) {
  return {{"sgc", record.name.supply_group.digits()},
          {"kt", static_cast<unsigned>(record.name.key_type)},
          {"krn", record.name.key_revision.number()},
          {"base_date", sts::base_date_code(record.name.base_date)},
          {"dkga", keys::generation_code(record.generation)},
          {"ken", record.key_expiry.value},
          {"good_until", good_until(record)},
          {"ea", record.algorithms.text()}};
}

int list(Console& console, const Options& options) {
  const auto store = open_key_store(options.store);
  if (!store) return complain(console, store.error());
  const auto records = (*store)->list();
  if (!records) return complain(console, cli_error(records.error()));
  const auto tables = (*store)->has_tables();
  if (!tables) return complain(console, cli_error(tables.error()));
  std::vector<utrn::Eui64> suppliers;
  if (const auto* file = dynamic_cast<const keys::FileKeyStore*>(store->get())) {
    suppliers = file->suppliers();
  }
  if (options.json) {
    json::array all;
    for (const auto& record : *records) all.push_back(json_of(record));
    json::array names;
    for (const utrn::Eui64 one : suppliers) names.emplace_back(one.text());
    json::object told{{"keys", all}, {"operator_tables", *tables}};
    if (!names.empty()) told["suppliers"] = std::move(names);
    console.out << json::serialize(told) << '\n';
    return kOk;
  }
  using enum Table::Align;
  Table table{{{"SGC"},
               {"KT"},
               {"KRN", Right},
               {"base date"},
               {"DKGA"},
               {"KEN", Right},
               {"good until"},
               {"EA"}}};
  for (const auto& record : *records) {
    table.add({record.name.supply_group.digits(),
               std::to_string(static_cast<unsigned>(record.name.key_type)) + ' ' +
                   std::string{sts::key_type_word(record.name.key_type)},
               std::to_string(record.name.key_revision.number()),
               std::string{sts::base_date_code(record.name.base_date)},
               std::string{keys::generation_code(record.generation)},
               std::to_string(record.key_expiry.value), good_until(record),
               record.algorithms.text()});
  }
  console.out << table.text();
  for (const utrn::Eui64 one : suppliers) {
    console.out << "UTRN: prepayment key of supplier " << one.text() << '\n';
  }
  console.err << (*tables ? "EA 07: the operator's tables\n"
                          : "EA 07: the standard's sample tables, for test meters only\n");
  return kOk;
}

int rotate(Console& console, const Options& options) {
  const auto location = options.store.location();
  if (!location) return complain(console, location.error());
  const auto* place = std::get_if<keys::KeyFile>(&location->place);
  if (place == nullptr) {
    return complain(console,
                    {kUsage, "the PIN of a PKCS#11 token is changed with the module's own tool"});
  }
  const auto new_source = options.new_secret.source(kNewPassphraseVariable);
  if (!new_source) return complain(console, new_source.error());
  auto secret = keys::read_passphrase(location->secret);
  if (!secret) return complain(console, cli_error(secret.error()));
  auto fresh = keys::read_passphrase(*new_source);
  if (!fresh) return complain(console, cli_error(fresh.error()));
  const auto store = keys::FileKeyStore::open(place->file, std::move(secret).value());
  if (!store) return complain(console, cli_error(store.error()));
  const auto done = (*store)->rotate(std::move(fresh).value());
  if (!done) return complain(console, cli_error(done.error()));
  console.out << place->file.string()
              << ": sealed under the new passphrase; copies of the old file still open with the "
                 "old one\n";
  return kOk;
}

void add_name_options(CLI::App& command, Options& options) {
  command.add_option("--sgc", options.supply_group, "Supply group code, six digits")->required();
  command.add_option("--kt", options.key_type, "Type of the keys made from it: 1 DDTK, 2 DUTK...")
      ->check(CLI::Range(1U, 3U))
      ->capture_default_str();
  command.add_option("--krn", options.key_revision, "Key revision number")
      ->check(CLI::Range(1U, 9U))
      ->capture_default_str();
  command.add_option("--base-date", options.base_date, "93, 14 or 35")
      ->check(CLI::IsMember({"93", "14", "35"}))
      ->capture_default_str();
}

CLI::App* add(CLI::App& keys, const std::shared_ptr<Options>& options, Action& action,
              const std::string& name, const std::string& help,
              int (*run)(Console&, const Options&)) {
  CLI::App* command = keys.add_subcommand(name, help);
  add_key_store_options(*command, options->store);
  command->callback([options, &action, run] {
    action = [options, run](Console& console) { return run(console, *options); };
  });
  return command;
}

}  // namespace

void add_keys(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* keys = app.add_subcommand("keys", "Vending keys: an encrypted file, or PKCS#11");
  keys->require_subcommand(1);
  keys->footer(
      "A key is read from stdin or a file, never from the command line; no command shows one.\n"
      "docs/tokens.md tells which store is for what.\n\n"
      "Examples:\n"
      "  metergate keys init --file vending.keys --passphrase-file passphrase\n"
      "  metergate keys import --file vending.keys --passphrase-file passphrase \\\n"
      "      --sgc 201457 --krn 1 --ken 255 --base-date 14 --dkga 04 < key.hex\n"
      "  metergate keys list --module /usr/lib/softhsm/libsofthsm2.so --token metergate \\\n"
      "      --passphrase-credential hsm-pin\n\n"
      "Exit codes: 0 done, 2 usage, 3 refused, 74 file or module trouble, 78 a wrong passphrase "
      "or\n"
      "an unprotected file.");
  add(*keys, options, action, "init", "Make an empty key file, or look at a token", init);

  CLI::App* importing = add(*keys, options, action, "import", "Take in a vending key", import_key);
  add_name_options(*importing, *options);
  importing->add_option("--dkga", options->generation, "02: 8 octets, 04: 20 octets")
      ->check(CLI::IsMember({"02", "04"}))
      ->capture_default_str();
  importing->add_option("--ken", options->key_expiry, "Key expiry number; 255: never")
      ->check(CLI::Range(0U, 255U))
      ->capture_default_str();
  importing->add_option("--ea", options->algorithms, "Algorithms it may be used for")
      ->default_str("07 for DKGA 02, 07+11 for 04");
  importing->add_option("--key", options->key_from, "A file with the key in hex; - is stdin")
      ->type_name("FILE")
      ->capture_default_str();

  CLI::App* tables = add(*keys, options, action, "import-tables",
                         "Take in the EA 07 tables of the STS Association", import_tables);
  tables->add_option("TABLES", options->tables, "TOML with s1, s2 and p as lists")->required();

  const auto for_supplier = [&](CLI::App& command) {
    command.add_option("--supplier", options->supplier, "Its EUI-64, sixteen hex digits")
        ->required();
  };
  CLI::App* supplier = add(*keys, options, action, "import-supplier",
                           "Take in a supplier's prepayment key, for UTRNs", import_supplier);
  for_supplier(*supplier);
  supplier->add_option("--key", options->key_from, "A file with the private key in hex; - is stdin")
      ->type_name("FILE")
      ->capture_default_str();
  for_supplier(*add(*keys, options, action, "remove-supplier",
                    "Destroy a supplier's prepayment key", remove_supplier));

  CLI::App* listing = add(*keys, options, action, "list", "Which keys there are", list);
  listing->add_flag("--json", options->json, "One JSON object");

  CLI::App* removing = add(*keys, options, action, "remove", "Destroy a vending key", remove_key);
  add_name_options(*removing, *options);

  CLI::App* rotating =
      add(*keys, options, action, "rotate", "Seal the key file under a new passphrase", rotate);
  add_secret_options(*rotating, "new-", options->new_secret);
}

}  // namespace metergate::cli
