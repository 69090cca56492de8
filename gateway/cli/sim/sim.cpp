// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/sim/sim.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "config/model_file.hpp"
#include "config/schema.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/sim/street.hpp"
#include "gateway/sim/street/street.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

/// The street, and what a configuration for it needs besides.
struct Options {
  sim::StreetOptions street;
  std::string supply = "on";
  std::string site = "street";
  std::string north_host;
  sim::KeyFiles keys;
  std::uint16_t north_port = 1883;
  long history_days = 45;
  long latency_ms = 0;
  long turn_round_ms = 10;
  bool unpaced = false;
  bool credit = false;
  std::string token_rule = "cryptographic";
  std::string algorithm = "07";
  std::string dlms_security;
  std::vector<unsigned> friendly_hours;
};

/// What stands on the street; `sim run` and `sim config` take the same, so that they fit together.
void add_street_options(CLI::App& command, Options& options) {
  sim::StreetOptions& street = options.street;
  street.model_directories = {config::kDefaultModelDirectory};
  command.add_option("--dir", street.directory, "State, links to the lines, control socket")
      ->required();
  command.add_option("--models", street.model_directories, "Where the meter models are")
      ->capture_default_str();
  command.add_option("--lines", street.lines, "RS-485 lines (pseudo-terminals)")
      ->check(CLI::Range(0U, 1'000U))
      ->capture_default_str();
  command.add_option("--meters", street.meters_per_line, "Meters on each line")
      ->check(CLI::Range(0U, 247U))
      ->capture_default_str();
  command.add_option("--model", street.model, "Their model")->capture_default_str();
  command.add_option("--tcp-meters", street.tcp_meters, "Meters on one Modbus TCP port")
      ->check(CLI::Range(0U, 247U))
      ->capture_default_str();
  command.add_option("--tcp-port", street.tcp_port, "That port; 0: a free one")
      ->capture_default_str();
  command.add_option("--mqtt-meters", street.mqtt_meters, "Meters that speak MQTT")
      ->check(CLI::Range(0U, 100'000U))
      ->capture_default_str();
  command.add_option("--mqtt-model", street.mqtt_model, "Their model")->capture_default_str();
  command.add_option("--broker", street.broker_host, "Their broker's host")->capture_default_str();
  command.add_option("--broker-port", street.broker_port, "... and port")->capture_default_str();
  command.add_option("--dlms-meters", street.dlms.meters, "DLMS meters on one HDLC line")
      ->check(CLI::Range(0U, 109U))
      ->capture_default_str();
  command.add_flag("--dlms-mode-e", street.dlms.mode_e,
                   "... that are opened by IEC 62056-21 in mode E");
  command.add_option("--dlms-tcp-meters", street.dlms.tcp_meters, "DLMS meters on one TCP port")
      ->check(CLI::Range(0U, 10'000U))
      ->capture_default_str();
  command.add_option("--dlms-tcp-port", street.dlms.tcp_port, "That port; 0: a free one")
      ->capture_default_str();
  command.add_option("--dlms-dial-in", street.dlms.dial_in_meters, "DLMS meters that dial in")
      ->check(CLI::Range(0U, 10'000U))
      ->capture_default_str();
  command.add_option("--dlms-dial-host", street.dlms.dial_host, "... to the gateway on this host")
      ->capture_default_str();
  command.add_option("--dlms-dial-port", street.dlms.dial_port, "... and this port of it")
      ->capture_default_str();
  command.add_option("--dlms-mqtt-meters", street.dlms.mqtt_meters, "DLMS meters over MQTT")
      ->check(CLI::Range(0U, 10'000U))
      ->capture_default_str();
  command.add_option("--dlms-mqtt-root", street.dlms.mqtt_root, "... their topics begin with this")
      ->capture_default_str();
  command.add_option("--dlms-model", street.dlms.model, "Their model: which objects they show")
      ->capture_default_str();
  command
      .add_option("--dlms-security", options.dlms_security,
                  "What their management client has to show: none, lls, gmac, ecdsa-p256 or "
                  "ecdsa-p384; as their model says without it")
      ->check(CLI::IsMember({"none", "lls", "gmac", "ecdsa-p256", "ecdsa-p384"}));
  command
      .add_option("--mode-c-meters", street.mode_c.meters,
                  "Meters that are read out in mode C (IEC 62056-21) on one line")
      ->check(CLI::Range(0U, 100U))
      ->capture_default_str();
  command.add_option("--mode-c-model", street.mode_c.model, "Their model")->capture_default_str();
  command
      .add_option("--opening-baud", street.opening_baud,
                  "Where a sign-on of IEC 62056-21 begins; 300 is the standard's")
      ->check(CLI::IsMember({300, 600, 1'200, 2'400, 4'800, 9'600, 19'200}))
      ->capture_default_str();
  command.add_option("--baud", street.wire.baud, "Of the lines")
      ->check(CLI::Range(300U, 230'400U))
      ->capture_default_str();
  command.add_option("--ea", options.algorithm, "Algorithm of meters with keys: 07 or 11")
      ->check(CLI::IsMember({"07", "11"}))
      ->capture_default_str();
  command.add_option("--phases", street.phases, "Of each meter")
      ->check(CLI::IsMember({1, 3}))
      ->capture_default_str();
}

void add_run_options(CLI::App& command, Options& options) {
  sim::StreetOptions& street = options.street;
  command.add_option("--dlms-pdu", street.dlms.max_pdu, "Octets of an APDU of DLMS meters")
      ->check(CLI::Range(64, 65'535))
      ->capture_default_str();
  command
      .add_option("--hdlc-information", street.dlms.information,
                  "Octets of information in an HDLC frame")
      ->check(CLI::Range(8, 2'030))
      ->capture_default_str();
  command.add_option("--speed", street.speed, "How fast the street's time goes")
      ->check(CLI::Range(0.1, 100'000.0))
      ->capture_default_str();
  command.add_option("--wire-speed", street.wire.time_scale, "How much faster the lines are")
      ->check(CLI::Range(0.1, 1'000.0))
      ->capture_default_str();
  command.add_flag("--unpaced", options.unpaced, "Octets take no time on the lines");
  command.add_option("--turn-round-ms", options.turn_round_ms, "From request to answer")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  command.add_option("--latency-timer-ms", options.latency_ms, "Of a USB adapter; 0: none")
      ->check(CLI::Range(0, 255))
      ->capture_default_str();
  command.add_option("--block-octets", street.wire.block_octets, "The receiver's FIFO")
      ->check(CLI::Range(1U, 256U))
      ->capture_default_str();
  command.add_flag("--exact", street.wire.exact,
                   "Octets come to a few microseconds, for measuring; takes a share of a core");
  command.add_flag("--log-requests", street.log_requests,
                   "Write down when each request came: DIR/line-a.requests");
  command.add_flag("--echo", street.wire.echo, "Two-wire adapters that hear themselves");
  command.add_option("--supply", options.supply, "on: in service; off: fresh from the factory")
      ->check(CLI::IsMember({"on", "off"}))
      ->capture_default_str();
  command
      .add_option("--token-rule", options.token_rule,
                  "cryptographic: by PUBLIC TEST keys; open: any well-formed code")
      ->check(CLI::IsMember({"open", "cryptographic"}))
      ->capture_default_str();
  command.add_flag("--credit-mode", options.credit, "No prepayment: credit never runs out");
  command.add_option("--balance", street.balance_minor, "What is in each meter, minor units")
      ->capture_default_str();
  command.add_option("--history-days", options.history_days, "How old the meters are")
      ->check(CLI::Range(0, 400))
      ->capture_default_str();
  command.add_option("--clock-drift-ppm", street.clock_drift_ppm, "Up to so much, either way")
      ->check(CLI::Range(0.0, 10'000.0))
      ->capture_default_str();
  command.add_option("--load-limit", street.load_limit_w,
                     "Watts; above them a meter is OFF for 20 s, then ARMED");
  command
      .add_option("--emergency-credit", street.emergency_credit_minor,
                  "What a user who asks for it may owe, minor units")
      ->capture_default_str();
  command
      .add_option("--friendly-hours", options.friendly_hours,
                  "FROM TO: hours of the day in which no credit running out disconnects")
      ->expected(2)
      ->check(CLI::Range(0U, 24U));
  command.add_flag("--keep-truth", street.keep_truth,
                   "Meters remember what a change of tenancy purged; `sim ctl truth` tells it");
  command.add_option("--seed", street.seed, "Another seed, another street")->capture_default_str();
}

/// What DLMS meters want to be shown: what the command line says, or else their model.
CliResult<Done> settle_dlms(const Options& options, sim::DlmsOptions& dlms) {
  dlms.security = sim::parse_dlms_security(options.dlms_security).value_or(dlms.security);
  if (dlms.meters + dlms.tcp_meters == 0 || dlms.model == sim::kVirtualDlmsModel) return Done{};
  const auto models = config::load_models(options.street.model_directories);
  if (!models) return failure(CliError{kConfigurationError, models.error().front().text()});
  const auto found = models->find(dlms.model);
  if (found == models->end() || found->second.protocol != model::Protocol::Dlms) {
    return failure(
        CliError{kUsage, "--dlms-model `" + dlms.model + "`: no model for DLMS is called so"});
  }
  const auto& access = found->second.dlms.access;
  if (!access) return Done{};
  dlms.access = *access;
  if (!options.dlms_security.empty()) return Done{};
  if (access->authentication == dlms::AuthenticationMechanism::HighLevelEcdsa) {
    dlms.security = sim::DlmsSecurity::EcdsaP256;
    return Done{};
  }
  const bool shows_keys =
      access->ciphered || access->authentication == dlms::AuthenticationMechanism::HighLevelGmac;
  if (shows_keys) {
    dlms.security = sim::DlmsSecurity::Gmac;
  } else if (access->authentication == dlms::AuthenticationMechanism::LowLevel) {
    dlms.security = sim::DlmsSecurity::LowLevel;
  }
  return Done{};
}

int run_street(Console& console, const Options& options) {
  sim::StreetOptions street = options.street;
  street.supply = options.supply == "off" ? SupplyState::Off : SupplyState::On;
  street.prepayment = !options.credit;
  street.token_rule =
      options.token_rule == "cryptographic" ? sim::TokenRule::Cryptographic : sim::TokenRule::Open;
  street.algorithm = sts::parse_algorithm(options.algorithm).value_or(street.algorithm);
  if (const auto settled = settle_dlms(options, street.dlms); !settled) {
    return complain(console, settled.error());
  }
  street.history = std::chrono::days{options.history_days};
  if (options.friendly_hours.size() == 2) {
    street.friendly_hours = {options.friendly_hours[0], options.friendly_hours[1]};
  }
  street.wire.paced = !options.unpaced;
  street.wire.turn_round = std::chrono::milliseconds{options.turn_round_ms};
  street.wire.latency_timer = std::chrono::milliseconds{options.latency_ms};
  // The simulator has one code for all that keeps it from starting: state, wires, models.
  return sim::run_street(street) == 0 ? kOk : kIoError;
}

/// A quoted string of TOML; its escapes are those of JSON.
std::string quoted(const std::string& text) { return json::serialize(json::string{text}); }

int print_config(Console& console, const Options& options) {
  sim::StreetOptions street = options.street;
  street.algorithm = sts::parse_algorithm(options.algorithm).value_or(street.algorithm);
  if (const auto settled = settle_dlms(options, street.dlms); !settled) {
    return complain(console, settled.error());
  }
  const auto folder = std::filesystem::absolute(options.street.directory);
  console.out << "# A gateway for the street in " << folder.string() << "\n"
              << "site = " << quoted(options.site) << "\nmodel_directories = [";
  const char* separator = "";
  for (const auto& directory : options.street.model_directories) {
    console.out << separator << quoted(std::filesystem::absolute(directory).string());
    separator = ", ";
  }
  console.out << "]\n\n[storage]\nfile = " << quoted((folder / "gateway" / "ledger.db").string())
              << "\n\n[control]\nsocket = " << quoted((folder / "gateway.sock").string()) << "\n";
  if (!options.north_host.empty()) {
    console.out << "\n[north.broker]\nhost = " << quoted(options.north_host)
                << "\nport = " << options.north_port << "\n";
  }
  const auto keys = options.keys.store.empty() ? std::nullopt : std::optional{options.keys};
  console.out << sim::gateway_config_for(street, keys);
  return kOk;
}

void add_sim_run(CLI::App& sim, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = sim.add_subcommand("run", "Let a street of virtual meters live");
  command->footer(
      "Runs until SIGTERM or SIGINT; the meters' state stays in --dir and lives on.\n\n"
      "Examples:\n"
      "  metergate sim run --dir /tmp/street --lines 2 --meters 32\n"
      "  metergate sim run --dir /tmp/street --mqtt-meters 100 --broker 127.0.0.1");
  add_street_options(*command, *options);
  add_run_options(*command, *options);
  command->callback([options, &action] {
    action = [options](Console& console) { return run_street(console, *options); };
  });
}

void add_sim_config(CLI::App& sim, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = sim.add_subcommand("config", "Print a gateway configuration for the street");
  command->footer(
      "Takes what `sim run` was given, so that both name the same meters. With a key store the\n"
      "gateway makes tokens for them; `DIR/keys/import.sh` fills one with the street's test "
      "keys.\n\n"
      "Examples:\n"
      "  metergate sim config --dir /tmp/street --lines 2 --meters 32 > /tmp/street/gateway.toml");
  add_street_options(*command, *options);
  command->add_option("--site", options->site, "The gateway's site")->capture_default_str();
  command->add_option("--north", options->north_host,
                      "Host of the broker for commands; none without");
  command->add_option("--north-port", options->north_port, "... and port")->capture_default_str();
  CLI::Option* store = command->add_option("--key-file", options->keys.store,
                                           "Encrypted key file with the street's test keys");
  CLI::Option* passphrase = command->add_option("--passphrase-file", options->keys.passphrase,
                                                "... and the file with its passphrase");
  store->needs(passphrase);
  passphrase->needs(store);
  command->callback([options, &action] {
    action = [options](Console& console) { return print_config(console, *options); };
  });
}

}  // namespace

void add_sim(CLI::App& app, Action& action) {
  CLI::App* sim = app.add_subcommand("sim", "Virtual meters on true wires");
  sim->require_subcommand(1);
  sim->footer(
      "Virtual meters answer on pseudo-terminals (Modbus RTU, DLMS over HDLC and readouts in mode "
      "C,\n"
      "with a line's timing), Modbus TCP, DLMS over TCP and MQTT; the gateway cannot tell them "
      "from real "
      "ones.\n\n"
      "Examples:\n"
      "  metergate sim run --dir /tmp/street --lines 1 --meters 8 &\n"
      "  metergate sim config --dir /tmp/street --lines 1 --meters 8 > /tmp/street/gateway.toml\n"
      "  metergate run --config /tmp/street/gateway.toml");
  add_sim_run(*sim, action);
  add_sim_config(*sim, action);
  add_sim_street(*sim, action);
}

}  // namespace metergate::cli
