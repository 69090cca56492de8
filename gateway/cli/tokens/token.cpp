// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/tokens/token.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/terminal/time_option.hpp"
#include "gateway/cli/tokens/key_store_option.hpp"
#include "gateway/cli/tokens/token_make.hpp"
#include "gateway/cli/tokens/token_report.hpp"
#include "gateway/keys/file_key_store.hpp"

namespace metergate::cli {
namespace {

struct Options {
  std::vector<std::string> digits;
  std::string key_config;
  std::string to_key_config;
  bool json = false;
  TokenOrder order;
  KeyStoreOptions store;  ///< with the supplier's key, for UTRNs
};

CliError mistakes(const std::vector<config::ConfigError>& errors) {
  std::string text;
  for (const auto& error : errors) text += (text.empty() ? "" : "\n           ") + error.text();
  return {kConfigurationError, std::move(text)};
}

CliResult<config::KeyConfig> keys_of(const std::string& file) {
  if (file.empty()) return config::KeyConfig{};
  auto keys = config::load_key_config(file);
  if (!keys) return failure(mistakes(keys.error()));
  return std::move(keys).value();
}

/// The supplier's half of a UTRN's secret out of the key store, for this one operation.
CliResult<config::KeyConfig> with_supplier_key(config::KeyConfig keys, const Options& options) {
  if (!keys.utrn || keys.utrn->secret || options.store.file.empty()) return keys;
  const auto location = options.store.location();
  if (!location) return failure(location.error());
  auto passphrase = keys::read_passphrase(location->secret);
  if (!passphrase) return failure(cli_error(passphrase.error()));
  const auto store = keys::FileKeyStore::open(options.store.file, std::move(passphrase).value());
  if (!store) return failure(cli_error(store.error()));
  auto secret = (*store)->shared_with(keys.utrn->parties.originator, keys.utrn->meter_public_key);
  if (!secret) return failure(cli_error(secret.error()));
  keys.utrn->secret = std::move(secret).value();
  return keys;
}

Result<TokenDigits, DigitsFault> digits_of(const Options& options) {
  std::string text;
  for (const std::string& part : options.digits) text += part + ' ';
  if (text == "- ") std::getline(std::cin, text);
  return TokenDigits::parse(text);
}

CliResult<TokenReport> report_of(const Options& options) {
  auto given = keys_of(options.key_config);
  if (!given) return failure(given.error());
  const auto keys = with_supplier_key(std::move(given).value(), options);
  if (!keys) return failure(keys.error());
  const auto digits = digits_of(options);
  if (!digits) return report_malformed(digits.error());
  return report_token(*digits, *keys);
}

int exit_code(const TokenReport& report) {
  return report.verdict == TokenReport::Verdict::Wrong ? kRefused : kOk;
}

int decode(Console& console, const Options& options) {
  const auto report = report_of(options);
  if (!report) return complain(console, report.error());
  console.out << (options.json ? report->json() + '\n' : report->text());
  return exit_code(*report);
}

int check(Console& console, const Options& options) {
  const auto report = report_of(options);
  if (!report) return complain(console, report.error());
  const std::string_view verdict = verdict_word(report->verdict);
  if (options.json) {
    console.out << boost::json::serialize(boost::json::object{{"verdict", verdict}}) << '\n';
  } else {
    console.out << verdict << '\n';
    for (const TokenFact& fact : report->facts) {
      const bool is_check = fact.key == "family" || fact.key == "crc" ||
                            fact.key == "check_digit" || fact.key == "mac";
      if (is_check) console.err << fact.label << ' ' << fact.text << '\n';
    }
  }
  return exit_code(*report);
}

int make(Console& console, const Options& options) {
  auto given = keys_of(options.key_config);
  if (!given) return complain(console, given.error());
  const auto keys = with_supplier_key(std::move(given).value(), options);
  if (!keys) return complain(console, keys.error());
  TokenOrder order = options.order;
  if (!options.to_key_config.empty()) {
    auto to = keys_of(options.to_key_config);
    if (!to) return complain(console, to.error());
    order.to = to->sts;
  }
  const auto tokens = make_tokens(order, *keys, utc_now());
  if (!tokens) return complain(console, tokens.error());
  if (options.json) {
    boost::json::array list;
    for (const TokenDigits& digits : *tokens) list.emplace_back(digits.reveal());
    console.out << boost::json::serialize(boost::json::object{{"tokens", list}}) << '\n';
    return kOk;
  }
  const std::size_t group = order.kind == "utrn" ? 5 : 4;
  for (const TokenDigits& digits : *tokens) console.out << digits.reveal_grouped(group) << '\n';
  return kOk;
}

void add_supplier_store(CLI::App& command, Options& options) {
  command
      .add_option("--file", options.store.file,
                  "The encrypted key file with the supplier's key, for UTRNs")
      ->type_name("FILE");
  add_secret_options(command, "", options.store.secret);
}

void add_digits(CLI::App& command, Options& options) {
  command.add_option("DIGITS", options.digits, "Twenty digits, grouped or not; - reads them")
      ->required();
  command.add_option("-k,--key-config", options.key_config, "The meter's test keys (TOML)")
      ->type_name("FILE");
  command.add_flag("--json", options.json, "One JSON object");
  add_supplier_store(command, options);
}

void add_make(CLI::App& command, Options& options) {
  TokenOrder& order = options.order;
  command.add_option("KIND", order.kind, "What to make")
      ->required()
      ->check(CLI::IsMember(token_kinds()));
  command.add_option("-k,--key-config", options.key_config, "The meter's test keys (TOML)")
      ->type_name("FILE");
  command.add_option("--amount", order.amount,
                     "kWh, m3, minutes; currency with --currency and for utrn; W for a limit");
  command.add_option("--commodity", order.commodity, "electricity, water, gas or time")
      ->capture_default_str();
  command.add_flag("--currency", order.currency, "Money instead of units");
  command.add_flag("--all", order.all_registers, "clear-credit: every register");
  command.add_option("--time", order.time, "When it is made: " + std::string{kTimeForms})
      ->default_str("now");
  command.add_flag("--special", order.special, "In the reserved minute 00:01 of that day");
  command.add_option("--random", order.random, "RND")->check(CLI::Range(0, 15));
  command.add_option("--test", order.tests,
                     "meter-test: all, load-switch, display-tariff-index...");
  command.add_option("--manufacturer", order.manufacturer, "meter-test: 2 or 4 digits")
      ->capture_default_str();
  command.add_option("--value", order.value, "Raw value of a tariff rate, factor or extended set");
  command.add_option("--index", order.index, "extended-set")->check(CLI::Range(0, 63));
  command.add_option("--to", options.to_key_config, "key-change: the new key's configuration")
      ->type_name("FILE");
  command.add_flag("--without-sgc", order.without_supply_group,
                   "key-change with keys of 64 bits: two tokens instead of three");
  command.add_option("--counter", order.counter, "utrn: the supplier's counter for this meter");
  command.add_flag("--json", options.json, "One JSON object");
  add_supplier_store(command, options);
}

}  // namespace

void add_token(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* token = app.add_subcommand("token", "Read, check and make tokens on a bench");
  token->require_subcommand(1);
  token->footer(
      "Works on STS tokens (IEC 62055-41) and SMETS2 UTRNs; the digits tell which. Keys come from\n"
      "a file of test keys (docs/tokens.md); vending keys in use belong into `metergate keys`.\n\n"
      "Examples:\n"
      "  metergate token decode 0000 0000 0001 5099 7584\n"
      "  metergate token decode --key-config meter.toml --json -    digits from stdin\n"
      "  metergate token check 7394 6144 3320 4021 7315\n"
      "  metergate token make credit --amount 25.6 --key-config meter.toml\n"
      "  metergate token make meter-test --test load-switch\n\n"
      "Exit codes: 0 sound (or encrypted, and no key given), 3 wrong.");
  CLI::App* decoding = token->add_subcommand("decode", "What twenty digits say");
  add_digits(*decoding, *options);
  decoding->callback([options, &action] {
    action = [options](Console& console) { return decode(console, *options); };
  });
  CLI::App* checking = token->add_subcommand("check", "Whether twenty digits hold");
  add_digits(*checking, *options);
  checking->callback([options, &action] {
    action = [options](Console& console) { return check(console, *options); };
  });
  CLI::App* making = token->add_subcommand("make", "A token under a test key");
  add_make(*making, *options);
  making->callback([options, &action] {
    action = [options](Console& console) { return make(console, *options); };
  });
}

}  // namespace metergate::cli
