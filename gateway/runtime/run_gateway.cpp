// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/run_gateway.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <memory>
#include <optional>
#include <utility>

#include "config/budget.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/links/mqtt_meter_link.hpp"
#include "gateway/links/syslog_socket.hpp"
#include "gateway/metrics/metrics.hpp"
#include "gateway/runtime/box/certificate_watch.hpp"
#include "gateway/runtime/box/load_box.hpp"
#include "gateway/runtime/box/status_line.hpp"
#include "gateway/runtime/box/systemd_notify.hpp"
#include "gateway/runtime/console/console_service.hpp"
#include "gateway/runtime/control/control_connection.hpp"
#include "gateway/runtime/control/control_desk.hpp"
#include "gateway/runtime/gateway.hpp"
#include "gateway/runtime/lines/dlms_way.hpp"
#include "gateway/runtime/lines/line_way.hpp"

namespace metergate::runtime {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kStatusInterval{10};
constexpr std::chrono::seconds kTrimInterval{30};
constexpr std::chrono::minutes kCertificatesInterval{10};
/// Half of what a Prometheus usually waits between two looks.
constexpr std::chrono::seconds kFiguresInterval{5};

/// The process around the gateway: loop, signals, timer, connections.
class Process {
 public:
  Process(std::filesystem::path file, config::Configuration configuration,
          config::ModelCatalogue models, Ledger ledger, std::unique_ptr<keys::KeyStore> keys,
          std::optional<crypto::Ed25519KeyPair> audit_key)
      : file_{std::move(file)},
        configuration_{std::move(configuration)},
        models_{std::move(models)},
        ledger_{std::move(ledger)},
        keys_{std::move(keys)},
        audit_key_{std::move(audit_key)},
        journal_{{journal::parse_level(configuration_.log.level).value_or(journal::Level::Info),
                  configuration_.log.format}},
        timer_{io_},
        signals_{io_, SIGTERM, SIGINT, SIGHUP},
        certificates_{configuration_} {
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
  /// Sees to it that the agenda is worked off when its first entry is due. What is due at once
  /// takes a turn of the loop and no timer: the kernel is asked only for moments still to come.
  void arm();
  void work_off_agenda();
  void keep_alive();
  /// What the start, or all meters coming back at once, needed for a moment goes to the system.
  void give_back_memory();
  void watch_certificates();
  void open_metrics();
  void open_console();
  void show_figures();
  void warn_of_budget(const config::Configuration& configuration,
                      const config::ModelCatalogue& models);

  std::filesystem::path file_;
  config::Configuration configuration_;
  config::ModelCatalogue models_;
  Ledger ledger_;
  std::unique_ptr<keys::KeyStore> keys_;
  std::optional<crypto::Ed25519KeyPair> audit_key_;  ///< handed to the gateway, and gone here
  std::unique_ptr<SyslogSocket> syslog_;
  journal::Journal journal_;
  SystemClock clock_;
  Agenda agenda_;
  asio::io_context io_{1};
  asio::steady_timer timer_;
  std::optional<Instant> timer_set_for_;
  bool agenda_has_turn_ = false;
  asio::signal_set signals_;
  StatusLine status_line_;
  CertificateWatch certificates_;
  // Before the gateway: its links still tell of requests while they end.
  std::unique_ptr<metrics::Metrics> metrics_;
  MqttMeterLink* mqtt_meters_ = nullptr;  ///< owned by the gateway's runner
  std::unique_ptr<MqttClient> north_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<ControlDesk> control_desk_;
  std::unique_ptr<ControlSocket> control_;
  std::unique_ptr<ConsoleService> console_;
};

Ways Process::ways() {
  Ways ways;
  ways.make_line = [this](const config::Line& line, Ways::LineState state) {
    return make_line(io_, line, std::move(state));
  };
  ways.make_dlms_line = [this](const config::Line& line, DlmsMeterLink::Hooks hooks) {
    return make_dlms_link(io_, line, configuration_.mqtt_meters, std::move(hooks));
  };
  ways.dlms_secrets = read_dlms_secrets;
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
  ways.metrics = metrics_.get();
  ways.own_user = user_name(geteuid());
  ways.audit_key = std::exchange(audit_key_, std::nullopt);
  if (configuration_.audit.syslog) {
    syslog_ = std::make_unique<SyslogSocket>(configuration_.audit.syslog_socket);
    ways.forward_audit = [this](const std::string& line) { return syslog_->send(line); };
  }
  if (configuration_.console) {
    ways.request_ended = [this](const std::string& link, const MeterId& meter,
                                const WireResult& result, Duration on_wire) {
      if (console_) console_->request_ended(link, meter, result, on_wire);
    };
  }
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
      MqttClient::Handlers{[this] { gateway_->north_connected(); },
                           [this](const ConnectionLoss& loss) { gateway_->north_lost(loss); },
                           [this](MqttMessage message, const std::function<void()>& release) {
                             gateway_->north_message(std::move(message), release);
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

void Process::open_console() {
  console_ = std::make_unique<ConsoleService>(io_, clock_, agenda_, *gateway_, journal_,
                                              *configuration_.console, configuration_.storage.file);
  console_->start();
}

void Process::arm() {
  if (agenda_has_turn_) return;
  const auto next = agenda_.next();
  if (!next) return;
  if (*next <= clock_.now().instant) {
    agenda_has_turn_ = true;
    asio::post(io_, [this] { work_off_agenda(); });
    return;
  }
  if (timer_set_for_ && *timer_set_for_ <= *next) return;
  timer_set_for_ = *next;
  timer_.expires_at(*next);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    timer_set_for_.reset();
    work_off_agenda();
  });
}

void Process::work_off_agenda() {
  agenda_has_turn_ = true;
  agenda_.run(clock_.now());
  agenda_has_turn_ = false;
  arm();
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
  auto next = load_plan(file_);
  if (!next) return next.error();
  warn_of_budget(next->configuration, next->models);
  gateway_->reload(std::move(next->configuration), std::move(next->models));
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
  const metrics::Figures figures = gateway_->figures();
  const auto broker = !configuration_.north     ? StatusLine::Broker::None
                      : figures.north_connected ? StatusLine::Broker::Connected
                                                : StatusLine::Broker::Away;
  notify_status(status_line_.tell(figures, broker, clock_.now().instant));
  const Duration pause =
      std::min(limit ? Duration{*limit / 3} : Duration{kStatusInterval}, Duration{kStatusInterval});
  agenda_.at(clock_.now().instant + pause, [this](Now) { keep_alive(); });
}

void Process::give_back_memory() {
  malloc_trim(0);
  agenda_.at(clock_.now().instant + kTrimInterval, [this](Now) { give_back_memory(); });
}

void Process::watch_certificates() {
  certificates_.look(clock_.now().utc, journal_);
  agenda_.at(clock_.now().instant + kCertificatesInterval, [this](Now) { watch_certificates(); });
}

void Process::open_metrics() {
  if (!configuration_.metrics) return;
  metrics_ = std::make_unique<metrics::Metrics>(
      metrics::About{METERGATE_VERSION, configuration_.site.text()}, clock_.now().utc);
}

void Process::show_figures() {
  metrics_->show(gateway_->figures());
  agenda_.at(clock_.now().instant + kFiguresInterval, [this](Now) { show_figures(); });
}

void Process::stop(std::string_view cause) {
  notify_stopping();
  journal_.write(journal::kGatewayStopping, clock_.now().utc, {{"cause", std::string{cause}}});
  // In this order: nobody comes in, what is on the wire ends, everything is written down.
  if (control_) control_->stop();
  if (console_) console_->stop();
  gateway_->stop();
  if (north_) north_->stop();
  journal_.write(journal::kGatewayStopped, clock_.now().utc, {});
  static_cast<void>(ledger_.commit());
  io_.stop();
}

int Process::run() {
  open_metrics();
  gateway_ = std::make_unique<Gateway>(configuration_, models_, ledger_, journal_, clock_, agenda_,
                                       ways());
  warn_of_budget(configuration_, models_);
  configuration_.meters = {};  // the gateway has them
  gateway_->start();
  if (mqtt_meters_ != nullptr) mqtt_meters_->start();
  connect_north();
  open_control();
  if (configuration_.console) open_console();
  if (metrics_) {
    show_figures();
    if (const auto served = metrics_->serve(configuration_.metrics->port); !served) {
      journal_.write(journal::kMetricsUnavailable, clock_.now().utc, {{"what", served.error()}});
    }
  }
  wait_for_signal();
  notify_ready("running");
  keep_alive();
  give_back_memory();
  watch_certificates();
  agenda_.when_sooner([this] { arm(); });
  arm();
  io_.run();
  return cli::kOk;
}

}  // namespace

int run_gateway(const std::filesystem::path& config_file) {
  // Whatever is created here may hold tokens.
  umask(0077);
  std::signal(SIGPIPE, SIG_IGN);
  auto box = load_box(config_file);
  if (!box) return box.error();
  Process process{config_file,
                  std::move(box->plan.configuration),
                  std::move(box->plan.models),
                  std::move(box->ledger),
                  std::move(box->keys),
                  std::move(box->audit_key)};
  return process.run();
}

}  // namespace metergate::runtime
