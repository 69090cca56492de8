// SPDX-License-Identifier: Apache-2.0
#include <sstream>

#include "gateway/sim/state_file.hpp"
#include "gateway/sim/street_options.hpp"

namespace metergate::sim {
namespace {

void meters(std::ostream& out, const std::string& place, unsigned count, const std::string& model,
            const std::string& line) {
  out << "\n[[meter_range]]\n"
      << "prefix = \"" << place << "-\"\n"
      << "count = " << count << "\n"
      << "digits = 3\n"
      << "model = \"" << model << "\"\n";
  if (!line.empty()) out << "line = \"" << line << "\"\nfirst_address = 1\n";
}

/// The port the street was given, or the one it found (see StreetOptions::tcp_port).
std::string tcp_port(const StreetOptions& options) {
  if (options.tcp_port != 0) return std::to_string(options.tcp_port);
  const auto found = read_state_file(options.directory / "tcp-port");
  if (!found || !*found) return "502";
  return (*found)->substr(0, (*found)->find('\n'));
}

}  // namespace

std::string gateway_config_for(const StreetOptions& options) {
  std::ostringstream out;
  std::error_code ignored;
  const auto directory = std::filesystem::absolute(options.directory, ignored);
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
    meters(out, name.substr(name.find('-') + 1), options.meters_per_line, options.model, name);
  }
  if (options.tcp_meters > 0) meters(out, "tcp", options.tcp_meters, options.model, "tcp");
  if (options.mqtt_meters > 0) meters(out, "mqtt", options.mqtt_meters, options.mqtt_model, "");
  return out.str();
}

}  // namespace metergate::sim
