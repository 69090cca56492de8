// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/run_gateway.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <system_error>

#include "config/budget.hpp"
#include "config/check_models.hpp"
#include "config/load.hpp"
#include "config/model_file.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/keys/open_key_store.hpp"
#include "gateway/links/modbus_line.hpp"
#include "gateway/links/mqtt_meter_link.hpp"
#include "gateway/runtime/control_connection.hpp"
#include "gateway/runtime/control_desk.hpp"
#include "gateway/runtime/gateway.hpp"
#include "gateway/runtime/systemd_notify.hpp"

namespace metergate::runtime {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kStatusInterval{10};

void print_errors(const std::vector<config::ConfigError>& errors) {
  for (const config::ConfigError& error : errors)
    std::fprintf(stderr, "%s\n", error.text().c_str());
}

/// The process around the gateway: loop, signals, timer, connections.
class Process {
 public:
  Process(std::filesystem::path file, config::Configuration configuration,
          config::ModelCatalogue models, Ledger ledger, std::unique_ptr<keys::KeyStore> keys)
      : file_{std::move(file)},
        configuration_{std::move(configuration)},
        models_{std::move(models)},
        ledger_{std::move(ledger)},
        keys_{std::move(keys)},
        journal_{{journal::parse_level(configuration_.log.level).value_or(journal::Level::Info),
                  configuration_.log.format}},
        timer_{io_},
        signals_{io_, SIGTERM, SIGINT, SIGHUP} {
    journal_.keep_in(&ledger_);
  }
  ~Process() { journal_.keep_in(nullptr); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  int run();

 private:
  [[nodiscard]] Ways ways();
  void connect_north();
  void open_control();
  void wait_for_signal();
  void reload();
  /// What the files say now; their mistakes, and then everything stays as it is.
  [[nodiscard]] std::vector<config::ConfigError> take_over();
  void stop(std::string_view cause);
  void arm();
  void keep_alive();
  void warn_of_budget(const config::Configuration& configuration,
                      const config::ModelCatalogue& models);

  std::filesystem::path file_;
  config::Configuration configuration_;
  config::ModelCatalogue models_;
  Ledger ledger_;
  std::unique_ptr<keys::KeyStore> keys_;
  journal::Journal journal_;
  SystemClock clock_;
  Agenda agenda_;
  asio::io_context io_{1};
  asio::steady_timer timer_;
  asio::signal_set signals_;
  MqttMeterLink* mqtt_meters_ = nullptr;  ///< owned by the gateway's runner
  std::unique_ptr<MqttClient> north_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<ControlDesk> control_desk_;
  std::unique_ptr<ControlSocket> control_;
};

Ways Process::ways() {
  Ways ways;
  ways.make_line = [this](const config::Line& line, Ways::LineState state) {
    return std::make_unique<ModbusLine>(io_, line, std::move(state));
  };
  ways.make_mqtt_meters = [this] {
    auto link = std::make_unique<MqttMeterLink>(
        io_, *configuration_.mqtt_meters, [this] { return clock_.now().utc; },
        MqttMeterLink::Handlers{
            [this](const std::string& name, const meter_mqtt::Presence& presence) {
              gateway_->meter_presence(name, presence.online, presence.serial);
            },
            [this](const std::string& name, const meter_mqtt::Push& push) {
              gateway_->meter_push(name, push);
            },
            [this](const std::string& name, const std::string& what) {
              gateway_->meter_nonsense(name, what);
            },
            [this] { gateway_->meters_connected(); },
            [this](const ConnectionLoss& loss) { gateway_->meters_lost(loss); },
            [this](const std::string& name) { return gateway_->knows_meter_topic(name); }});
    mqtt_meters_ = link.get();
    return link;
  };
  ways.publish = [this](MqttMessage message, std::function<void(Published)> done) {
    if (north_) return north_->publish(std::move(message), std::move(done));
    done(Published::Lost);
  };
  ways.keys = keys_.get();
  ways.own_user = user_name(geteuid());
  return ways;
}

void Process::connect_north() {
  if (!configuration_.north) return;
  MqttClientSettings settings;
  settings.broker = configuration_.north->broker;
  if (settings.broker.client_id.empty()) {
    settings.broker.client_id = "metergate-" + configuration_.site.text();
  }
  const north::Topics& topics = gateway_->topics();
  settings.subscriptions = topics.command_filters();
  MqttMessage will;
  will.topic = topics.gateway_state();
  will.payload = north::encode_gateway_offline(topics.site());
  will.retained = true;
  settings.will = std::move(will);
  // Only commands come in on this connection: all of them are acknowledged after the commit.
  settings.acknowledge_late = [](std::string_view) { return true; };
  settings.max_in_flight = configuration_.north->max_in_flight;
  settings.max_packet_octets = configuration_.north->max_payload_octets * 2;
  north_ = std::make_unique<MqttClient>(
      io_, std::move(settings),
      MqttClient::Handlers{
          [this] { gateway_->north_connected(); },
          [this](const ConnectionLoss& loss) { gateway_->north_lost(loss); },
          [this](const MqttMessage& message, const std::function<void()>& release) {
            gateway_->north_message(message, release);
          }});
  north_->start();
}

void Process::open_control() {
  control_desk_ = std::make_unique<ControlDesk>(*gateway_, clock_);
  control_ = std::make_unique<ControlSocket>(
      io_, configuration_.control.socket,
      [this](const ControlRequest& request, const ControlReply& reply) {
        control_desk_->handle(request, reply);
      });
  if (const auto started = control_->start(); !started) {
    journal_.write(journal::kControlUnavailable, clock_.now().utc,
                   {{"path", configuration_.control.socket.string()}, {"what", started.error()}});
  }
}

void Process::arm() {
  const auto next = agenda_.next();
  if (!next) return;
  timer_.expires_at(*next);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    agenda_.run(clock_.now());
    arm();
  });
}

void Process::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& cancelled, int number) {
    if (cancelled) return;
    if (number != SIGHUP) return stop(number == SIGTERM ? "SIGTERM" : "SIGINT");
    reload();
    wait_for_signal();
  });
}

std::vector<config::ConfigError> Process::take_over() {
  auto next = config::load(file_);
  if (!next) return next.error();
  if (auto errors = config::check_files(*next, file_); !errors.empty()) return errors;
  auto models = config::load_models(next->model_directories);
  if (!models) return models.error();
  if (auto errors = config::check_models(*next, *models, file_); !errors.empty()) return errors;
  warn_of_budget(*next, *models);
  gateway_->reload(std::move(*next), std::move(*models));
  return {};
}

void Process::reload() {
  notify_reloading();
  const UtcTime at = clock_.now().utc;
  if (const auto errors = take_over(); errors.empty()) {
    journal_.write(journal::kReloadOk, at, {{"file", file_.string()}});
  } else {
    for (const config::ConfigError& error : errors) {
      journal_.write(journal::kReloadRefused, at,
                     {{"file", file_.string()}, {"what", error.text()}});
    }
  }
  notify_ready("running");
}

void Process::warn_of_budget(const config::Configuration& configuration,
                             const config::ModelCatalogue& models) {
  for (const std::string& warning : config::budget_warnings(configuration, models)) {
    journal_.write(journal::kConfigurationWarning, clock_.now().utc, {{"what", warning}});
  }
}

void Process::keep_alive() {
  const auto limit = watchdog_limit();
  // The writer is this very thread; a stuck line's worker is not, so it is asked for.
  if (limit && gateway_->makes_progress(clock_.now().instant)) notify_watchdog();
  const auto state = gateway_->state();
  notify_status(std::to_string(state.meters_reachable) + "/" + std::to_string(state.meters) +
                " meters, outbox " +
                std::to_string(state.outbox_messages + state.outbox_data_days));
  const Duration pause = limit ? Duration{*limit / 3} : Duration{kStatusInterval};
  agenda_.at(clock_.now().instant + pause, [this](Now) { keep_alive(); });
}

void Process::stop(std::string_view cause) {
  notify_stopping();
  journal_.write(journal::kGatewayStopping, clock_.now().utc, {{"cause", std::string{cause}}});
  // In this order: nobody comes in, what is on the wire ends, everything is written down.
  if (control_) control_->stop();
  gateway_->stop();
  if (north_) north_->stop();
  journal_.write(journal::kGatewayStopped, clock_.now().utc, {});
  static_cast<void>(ledger_.commit());
  io_.stop();
}

int Process::run() {
  gateway_ = std::make_unique<Gateway>(configuration_, models_, ledger_, journal_, clock_, agenda_,
                                       ways());
  warn_of_budget(configuration_, models_);
  gateway_->start();
  if (mqtt_meters_ != nullptr) mqtt_meters_->start();
  connect_north();
  open_control();
  wait_for_signal();
  notify_ready("running");
  keep_alive();
  agenda_.when_sooner([this] { arm(); });
  arm();
  io_.run();
  return cli::kOk;
}

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

int run_gateway(const std::filesystem::path& config_file) {
  // Whatever is created here may hold tokens.
  umask(0077);
  std::signal(SIGPIPE, SIG_IGN);
  auto configuration = config::load(config_file);
  if (!configuration) {
    print_errors(configuration.error());
    return cli::kConfigurationError;
  }
  if (const auto errors = config::check_files(*configuration, config_file); !errors.empty()) {
    print_errors(errors);
    return cli::kConfigurationError;
  }
  auto models = config::load_models(configuration->model_directories);
  if (!models) {
    print_errors(models.error());
    return cli::kConfigurationError;
  }
  if (const auto errors = config::check_models(*configuration, *models, config_file);
      !errors.empty()) {
    print_errors(errors);
    return cli::kConfigurationError;
  }
  std::error_code ignored;
  std::filesystem::create_directories(configuration->storage.file.parent_path(), ignored);
  auto ledger = Ledger::open(configuration->storage.file, LedgerMode::ReadWrite);
  if (!ledger) {
    std::fprintf(stderr, "%s\n", ledger.error().what.c_str());
    return cli::kIoError;
  }
  std::unique_ptr<keys::KeyStore> keys;
  if (configuration->key_store) {
    auto opened = keys::open_key_store(location_of(*configuration->key_store));
    if (!opened) {
      std::fprintf(stderr, "%s: key_store: %s\n", config_file.c_str(), opened.error().text.c_str());
      return cli::kConfigurationError;
    }
    keys = std::move(*opened);
  }
  Process process{config_file, std::move(*configuration), std::move(*models), std::move(*ledger),
                  std::move(keys)};
  return process.run();
}

}  // namespace metergate::runtime
