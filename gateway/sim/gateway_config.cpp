// SPDX-License-Identifier: Apache-2.0
#include <sstream>

#include "gateway/sim/state_file.hpp"
#include "gateway/sim/street_options.hpp"
#include "meters/virtual/test_keys.hpp"

namespace metergate::sim {
namespace {

namespace test_keys = virtual_meter::test_keys;

/// The meters of one wire.
struct Spread {
  std::string place;
  unsigned wire;
  unsigned count;
  std::string model;
  std::string line;  ///< none of meters on MQTT
};

void as_range(std::ostream& out, const Spread& meters) {
  out << "\n[[meter_range]]\n"
      << "prefix = \"" << meters.place << "-\"\n"
      << "count = " << meters.count << "\n"
      << "digits = 3\n"
      << "model = \"" << meters.model << "\"\n";
  if (!meters.line.empty()) out << "line = \"" << meters.line << "\"\nfirst_address = 1\n";
}

/// One by one, each with what enters its key as it leaves the test factory.
void with_keys(std::ostream& out, const Spread& meters, const StreetOptions& options) {
  for (unsigned number = 1; number <= meters.count; ++number) {
    const auto serial = SerialNumber::parse(meter_serial(meters.wire, number));
    out << "\n[[meter]]\n"
        << "id = \"" << meter_name(meters.place, number) << "\"\n"
        << "model = \"" << meters.model << "\"\n";
    if (!meters.line.empty()) {
      out << "line = \"" << meters.line << "\"\naddress = " << number << "\n";
    }
    out << "\n[meter.sts]\n"
        << "pan = \"" << test_keys::meter_pan(*serial).digits() << "\"\n"
        << "supply_group = \"" << test_keys::kSupplyGroup << "\"\n"
        << "algorithm = \"" << sts::algorithm_code(options.algorithm) << "\"\n"
        << "phases = " << options.phases << "\n";
  }
}

/// The port the street was given, or the one it found (see StreetOptions::tcp_port).
std::string tcp_port(const StreetOptions& options) {
  if (options.tcp_port != 0) return std::to_string(options.tcp_port);
  const auto found = read_state_file(options.directory / "tcp-port");
  if (!found || !*found) return "502";
  return (*found)->substr(0, (*found)->find('\n'));
}

}  // namespace

std::string gateway_config_for(const StreetOptions& options, const std::optional<KeyFiles>& keys) {
  std::ostringstream out;
  const auto meters = [&](const Spread& spread) {
    keys ? with_keys(out, spread, options) : as_range(out, spread);
  };
  std::error_code ignored;
  const auto directory = std::filesystem::absolute(options.directory, ignored);
  if (keys) {
    out << "\n[key_store]\n"
        << "file = \"" << std::filesystem::absolute(keys->store, ignored).string() << "\"\n"
        << "passphrase_file = \"" << std::filesystem::absolute(keys->passphrase, ignored).string()
        << "\"\n";
  }
  if (options.mqtt_meters > 0) {
    out << "\n[mqtt_meters]\n"
        << "root = \"" << options.mqtt_root << "\"\n"
        << "\n[mqtt_meters.broker]\n"
        << "host = \"" << options.broker_host << "\"\n"
        << "port = " << options.broker_port << "\n";
  }
  for (unsigned index = 0; index < options.lines; ++index) {
    const std::string name = line_name(index);
    // A pseudo-terminal keeps no parity; the street charges 11 bits a character all the same.
    out << "\n[[line]]\n"
        << "name = \"" << name << "\"\n"
        << "device = \"" << (directory / name).string() << "\"\n"
        << "baud = " << options.wire.baud << "\n"
        << "parity = \"none\"\n";
  }
  if (options.tcp_meters > 0) {
    out << "\n[[line]]\nname = \"tcp\"\nhost = \"127.0.0.1\"\nport = " << tcp_port(options) << "\n";
  }
  for (unsigned index = 0; index < options.lines && options.meters_per_line > 0; ++index) {
    const std::string name = line_name(index);
    meters(
        {name.substr(name.find('-') + 1), index + 1, options.meters_per_line, options.model, name});
  }
  if (options.tcp_meters > 0) meters({"tcp", kTcpWire, options.tcp_meters, options.model, "tcp"});
  if (options.mqtt_meters > 0) {
    meters({"mqtt", kMqttWire, options.mqtt_meters, options.mqtt_model, {}});
  }
  return out.str();
}

}  // namespace metergate::sim
