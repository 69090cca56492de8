// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/street/street.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

#include "config/model_file.hpp"
#include "gateway/sim/dlms/street.hpp"
#include "gateway/sim/modbus/slave.hpp"
#include "gateway/sim/modbus/tcp_server.hpp"
#include "gateway/sim/mode_c/line.hpp"
#include "gateway/sim/mode_c/readout.hpp"
#include "gateway/sim/modems/mqtt_meters.hpp"
#include "gateway/sim/street/check.hpp"
#include "gateway/sim/street/keys.hpp"
#include "gateway/sim/street/meter.hpp"
#include "gateway/sim/street/state_file.hpp"
#include "gateway/sim/wire/descriptor.hpp"
#include "gateway/sim/wire/emulator.hpp"
#include "meters/virtual/load_curve.hpp"
#include "meters/virtual/test_keys.hpp"

namespace metergate::sim {
namespace {

namespace fs = std::filesystem;
using virtual_meter::Settings;
using virtual_meter::VirtualMeter;

constexpr const char* kDlmsLine = "hdlc";
constexpr const char* kModeCLine = "mode-c";
constexpr std::string_view kClockFormat = "metergate-street-clock 1";

/// The street's time goes on where it was, also when it runs at another speed now.
Result<StreetClock, std::string> take_up_clock(const StreetOptions& options) {
  const fs::path file = options.directory / "street.clock";
  const UtcSeconds wall =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  UtcSeconds street = wall;
  const auto text = read_state_file(file);
  if (!text) return failure(text.error());
  if (*text) {
    std::istringstream in{**text};
    std::string format;
    double speed = 0;
    std::int64_t then_wall = 0;
    std::int64_t then_street = 0;
    std::getline(in, format);
    in >> speed >> then_wall >> then_street;
    if (format != kClockFormat || !in) {
      return failure(file.string() + ": not a street's clock; remove it to start anew");
    }
    using std::chrono::seconds;
    street =
        StreetClock{speed, UtcSeconds{seconds{then_wall}}, UtcSeconds{seconds{then_street}}}.now();
  }
  std::ostringstream out;
  out << kClockFormat << '\n'
      << options.speed << ' ' << wall.time_since_epoch().count() << ' '
      << street.time_since_epoch().count() << '\n';
  if (const auto written = write_state_file(file, out.str()); !written) {
    return failure(written.error());
  }
  return StreetClock{options.speed, wall, street};
}

Settings settings_for(const StreetOptions& options, const model::MeterModel& meter_model,
                      unsigned wire, unsigned number) {
  Settings settings{*SerialNumber::parse(meter_serial(wire, number))};
  settings.seed = virtual_meter::mixed(options.seed, wire * 1'000 + number);
  settings.capture_period = meter_model.capture_period;
  settings.prepayment = options.prepayment;
  settings.balance_minor = options.balance_minor;
  settings.relay_operations_per_day = meter_model.relay_operations_per_day;
  settings.history = options.history;
  settings.supply = options.supply;
  settings.phases = options.phases;
  settings.keep_truth = options.keep_truth;
  settings.remote_close = meter_model.capabilities.has(Capability::CloseRelay);
  settings.load_limit_w = options.load_limit_w;
  settings.emergency_credit_minor = options.emergency_credit_minor;
  settings.friendly_hours = options.friendly_hours;
  const auto share = static_cast<double>(virtual_meter::mixed(settings.seed, 77) % 2'001) - 1'000;
  settings.clock_drift_ppm = options.clock_drift_ppm * share / 1'000;
  return settings;
}

/// The test keys of the street's meters; nothing where they go by the open rule.
KeyMaker key_maker(const StreetOptions& options) {
  if (options.token_rule == TokenRule::Open) return {};
  return [algorithm = options.algorithm](const SerialNumber& serial) {
    return virtual_meter::test_keys::meter_keys(serial, {.algorithm = algorithm});
  };
}

Result<model::MeterModel, std::string> load_model(const StreetOptions& options,
                                                  const std::string& name,
                                                  model::Protocol protocol) {
  auto models = config::load_models(options.model_directories);
  if (!models) return failure(models.error().front().text());
  const auto found = models->find(name);
  if (found == models->end()) return failure("no meter model is called " + name);
  if (found->second.protocol != protocol) {
    return failure("meter model " + name + " speaks another protocol than this wire");
  }
  return found->second;
}

/// A symbolic link that is never missing while it is being replaced.
Result<Done, std::string> link_to(const fs::path& link, const fs::path& device) {
  fs::path beside = link;
  beside += ".new";
  std::error_code error;
  fs::remove(beside, error);
  fs::create_symlink(device, beside, error);
  if (!error) fs::rename(beside, link, error);
  if (error) return failure("cannot link " + link.string() + ": " + error.message());
  return Done{};
}

}  // namespace

struct Street::Parts {
  StreetOptions options;
  Descriptor lock;
  StreetClock clock;
  model::MeterModel meter_model;
  std::vector<std::unique_ptr<StreetMeter>> meters;
  std::vector<std::unique_ptr<ModbusSlave>> slaves;
  std::vector<Place> places;
  std::vector<Wire> wires;
  std::vector<ModbusTargets> line_targets;
  ModbusTargets tcp_targets;
  // After what they serve, so that they stop first.
  std::vector<std::unique_ptr<WireEmulator>> lines;
  std::unique_ptr<ModbusTcpServer> tcp;
  std::unique_ptr<MqttMeters> mqtt;
  std::unique_ptr<DlmsStreet> dlms;
  std::map<std::string, ModeCTarget> mode_c_targets;
  std::unique_ptr<ModeCLine> mode_c;

  Result<StreetMeter*, std::string> hang(const std::string& wire_name, const std::string& place,
                                         unsigned wire, unsigned number,
                                         const model::MeterModel& of_model) {
    auto meter =
        StreetMeter::open(meter_name(place, number), settings_for(options, of_model, wire, number),
                          clock, options.directory, key_maker(options));
    if (!meter) return failure(meter.error());
    meters.push_back(std::move(*meter));
    places.push_back({meters.back().get(), wire_name, number});
    return meters.back().get();
  }

  Result<ModbusTargets, std::string> modbus_targets(const std::string& wire_name,
                                                    const std::string& place, unsigned wire,
                                                    unsigned count) {
    ModbusTargets targets;
    for (unsigned number = 1; number <= count; ++number) {
      const auto hung = hang(wire_name, place, wire, number, meter_model);
      if (!hung) return failure(hung.error());
      slaves.push_back(std::make_unique<ModbusSlave>(meter_model));
      StreetMeter* const meter = *hung;
      ModbusSlave* const slave = slaves.back().get();
      const auto serve = [meter, slave](OctetView pdu) -> std::optional<Octets> {
        auto answer = meter->with(
            [&](VirtualMeter& hanging, UtcSeconds now) { return slave->serve(hanging, pdu, now); });
        return answer ? std::move(*answer) : std::nullopt;
      };
      targets.emplace(static_cast<std::uint8_t>(number), ModbusTarget{serve, &meter->faults()});
    }
    return targets;
  }

  /// Every meter is there and saved before the first wire can ask one.
  Result<Done, std::string> hang_meters() {
    for (unsigned index = 0; index < options.lines; ++index) {
      const std::string name = line_name(index);
      auto targets =
          modbus_targets(name, name.substr(name.find('-') + 1), index + 1, options.meters_per_line);
      if (!targets) return failure(targets.error());
      line_targets.push_back(std::move(*targets));
    }
    auto targets = modbus_targets("tcp", "tcp", kTcpWire, options.tcp_meters);
    if (!targets) return failure(targets.error());
    tcp_targets = std::move(*targets);
    if (const auto hung = hang_mqtt(); !hung) return hung;
    if (const auto hung = hang_dlms(); !hung) return hung;
    if (const auto hung = hang_mode_c(); !hung) return hung;
    if (auto saved = StreetMeter::save_all(meters); !saved) return saved;
    if (options.token_rule == TokenRule::Open) return Done{};
    return write_street_keys(options.directory / "keys", meters);
  }

  Result<Done, std::string> open_line(unsigned index) {
    const std::string name = line_name(index);
    WireSettings settings = options.wire;
    if (options.log_requests) settings.request_log = options.directory / (name + ".requests");
    auto line = WireEmulator::open(settings, std::move(line_targets[index]));
    if (!line) return failure(line.error());
    lines.push_back(std::move(*line));
    wires.push_back({name, lines.back().get()});
    return link_to(options.directory / name, lines.back()->device());
  }

  Result<Done, std::string> open_tcp() {
    if (options.tcp_meters == 0) return Done{};
    auto server = ModbusTcpServer::open(options.tcp_port, std::move(tcp_targets));
    if (!server) return failure(server.error());
    tcp = std::move(*server);
    return write_state_file(options.directory / "tcp-port", std::to_string(tcp->port()) + "\n");
  }

  Result<Done, std::string> hang_mqtt() {
    if (options.mqtt_meters == 0) return Done{};
    const auto mqtt_model = load_model(options, options.mqtt_model, model::Protocol::Mqtt);
    if (!mqtt_model) return failure(mqtt_model.error());
    config::Broker broker;
    broker.host = options.broker_host;
    broker.port = options.broker_port;
    mqtt = std::make_unique<MqttMeters>(broker, options.mqtt_root, options.mqtt_model);
    for (unsigned number = 1; number <= options.mqtt_meters; ++number) {
      const auto hung = hang("mqtt", "mqtt", kMqttWire, number, *mqtt_model);
      if (!hung) return failure(hung.error());
      mqtt->add(**hung);
    }
    return Done{};
  }

  Result<Done, std::string> hang_dlms() {
    const DlmsOptions& wanted = options.dlms;
    if (wanted.meters + wanted.tcp_meters + wanted.dial_in_meters + wanted.mqtt_meters == 0) {
      return Done{};
    }
    std::optional<model::MeterModel> dlms_model;
    if (options.dlms.model != kVirtualDlmsModel) {
      auto loaded = load_model(options, options.dlms.model, model::Protocol::Dlms);
      if (!loaded) return failure(loaded.error());
      dlms_model = std::move(*loaded);
    }
    dlms = std::make_unique<DlmsStreet>(options, dlms_model);
    const auto hang_on = [&](DlmsStreet::Wire on, const std::string& name, unsigned wire,
                             unsigned count) -> Result<Done, std::string> {
      for (unsigned number = 1; number <= count; ++number) {
        const auto hung = hang(name, name, wire, number, dlms_model.value_or(model::MeterModel{}));
        if (!hung) return failure(hung.error());
        const auto serial = SerialNumber::parse(meter_serial(wire, number));
        if (const auto added = dlms->add(**hung, *serial, on, number); !added) return added;
      }
      return Done{};
    };
    const auto on_line = hang_on(DlmsStreet::Wire::Line, "hdlc", kHdlcWire, options.dlms.meters);
    if (!on_line) return on_line;
    const auto on_tcp = hang_on(DlmsStreet::Wire::Tcp, "dlms", kDlmsTcpWire, wanted.tcp_meters);
    if (!on_tcp) return on_tcp;
    const auto calling =
        hang_on(DlmsStreet::Wire::DialIn, "call", kDlmsDialInWire, wanted.dial_in_meters);
    if (!calling) return calling;
    return hang_on(DlmsStreet::Wire::Mqtt, "modem", kDlmsMqttWire, wanted.mqtt_meters);
  }

  Result<Done, std::string> hang_mode_c() {
    if (options.mode_c.meters == 0) return Done{};
    const auto loaded = load_model(options, options.mode_c.model, model::Protocol::ModeC);
    if (!loaded) return failure(loaded.error());
    for (unsigned number = 1; number <= options.mode_c.meters; ++number) {
      const auto hung = hang(kModeCLine, kModeCLine, kModeCWire, number, *loaded);
      if (!hung) return failure(hung.error());
      StreetMeter* const meter = *hung;
      const auto read_out = [meter, layout = loaded->mode_c] {
        return meter->with([&](VirtualMeter& hanging, UtcSeconds now) {
          return mode_c_readout(hanging, now, layout);
        });
      };
      mode_c_targets.emplace(meter_serial(kModeCWire, number),
                             ModeCTarget{read_out, &meter->faults()});
    }
    return Done{};
  }

  Result<Done, std::string> start_mode_c() {
    if (mode_c_targets.empty()) return Done{};
    auto line = ModeCLine::open(options.wire, sign_on_settings(options), mode_c_targets);
    if (!line) return failure(line.error());
    mode_c = std::move(*line);
    return link_to(options.directory / kModeCLine, mode_c->device());
  }

  Result<Done, std::string> start_dlms() {
    if (dlms == nullptr) return Done{};
    if (const auto started = dlms->start(); !started) return started;
    if (dlms->line() == nullptr) return Done{};
    return link_to(options.directory / kDlmsLine, dlms->line()->device());
  }
};

Result<std::unique_ptr<Street>, std::string> Street::open(const StreetOptions& options) {
  if (const auto checked = check_street(options); !checked) return failure(checked.error());
  auto parts = std::make_unique<Parts>();
  parts->options = options;
  std::error_code error;
  fs::create_directories(options.directory, error);
  const fs::path lock_file = options.directory / "street.lock";
  parts->lock = Descriptor{::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!parts->lock) return failure("cannot write in " + options.directory.string());
  if (::flock(parts->lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return failure("another street runs in " + options.directory.string());
  }
  auto clock = take_up_clock(options);
  if (!clock) return failure(clock.error());
  parts->clock = *clock;
  if (options.lines > 0 || options.tcp_meters > 0) {
    auto meter_model = load_model(options, options.model, model::Protocol::Modbus);
    if (!meter_model) return failure(meter_model.error());
    parts->meter_model = std::move(*meter_model);
  }
  if (const auto hung = parts->hang_meters(); !hung) return failure(hung.error());
  for (unsigned index = 0; index < options.lines; ++index) {
    if (const auto opened = parts->open_line(index); !opened) return failure(opened.error());
  }
  if (const auto opened = parts->open_tcp(); !opened) return failure(opened.error());
  if (const auto started = parts->start_dlms(); !started) return failure(started.error());
  if (const auto started = parts->start_mode_c(); !started) return failure(started.error());
  if (parts->mqtt) parts->mqtt->start();
  return std::unique_ptr<Street>{new Street{std::move(parts)}};
}

Street::Street(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}

Street::~Street() {
  parts_->mqtt.reset();
  parts_->mode_c.reset();
  parts_->dlms.reset();
  parts_->tcp.reset();
  parts_->lines.clear();
  std::error_code ignored;
  for (const Wire& wire : parts_->wires) fs::remove(parts_->options.directory / wire.name, ignored);
  fs::remove(parts_->options.directory / kDlmsLine, ignored);
  fs::remove(parts_->options.directory / kModeCLine, ignored);
  // What can't be saved now is lived again from the last state and the deeds.
  (void)StreetMeter::save_all(parts_->meters);
}

void Street::tick() {
  for (const auto& meter : parts_->meters) meter->tick();
  if (parts_->mqtt) parts_->mqtt->tick();
  if (parts_->dlms) parts_->dlms->tick();
}

const std::vector<Street::Place>& Street::places() const { return parts_->places; }
const std::vector<Street::Wire>& Street::wires() const { return parts_->wires; }
std::uint16_t Street::tcp_port() const {
  return parts_->tcp ? parts_->tcp->port() : std::uint16_t{0};
}
std::optional<fs::path> Street::dlms_line() const {
  if (parts_->dlms == nullptr || parts_->dlms->line() == nullptr) return std::nullopt;
  return parts_->options.directory / kDlmsLine;
}
std::optional<fs::path> Street::mode_c_line() const {
  if (parts_->mode_c == nullptr) return std::nullopt;
  return parts_->options.directory / kModeCLine;
}
std::uint16_t Street::dlms_port() const {
  return parts_->dlms ? parts_->dlms->tcp_port() : std::uint16_t{0};
}

}  // namespace metergate::sim
