// SPDX-License-Identifier: Apache-2.0
#include <sstream>

#include "gateway/sim/dlms/line.hpp"
#include "gateway/sim/street/options.hpp"
#include "gateway/sim/street/state_file.hpp"
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
  std::string line;            ///< none of meters on MQTT
  unsigned first_address = 1;  ///< 0: the line has no addresses
};

void as_range(std::ostream& out, const Spread& meters) {
  out << "\n[[meter_range]]\n"
      << "prefix = \"" << meters.place << "-\"\n"
      << "count = " << meters.count << "\n"
      << "digits = 3\n"
      << "model = \"" << meters.model << "\"\n";
  if (!meters.line.empty()) {
    out << "line = \"" << meters.line << "\"\n";
    if (meters.first_address != 0) out << "first_address = " << meters.first_address << "\n";
  }
}

enum class Keys : std::uint8_t { None, Entered };

/// One by one, and each, if that is wanted, with what enters its key as it leaves the test factory.
void one_by_one(std::ostream& out, const Spread& meters, const StreetOptions& options, Keys keys) {
  for (unsigned number = 1; number <= meters.count; ++number) {
    const auto serial = SerialNumber::parse(meter_serial(meters.wire, number));
    out << "\n[[meter]]\n"
        << "id = \"" << meter_name(meters.place, number) << "\"\n"
        << "model = \"" << meters.model << "\"\n";
    if (!meters.line.empty()) {
      out << "line = \"" << meters.line << "\"\n";
      if (meters.first_address != 0) {
        out << "address = " << meters.first_address + number - 1 << "\n";
      }
    }
    const bool is_called =
        meters.wire == kModeCWire || (meters.wire == kHdlcWire && options.dlms.mode_e);
    if (is_called) out << "device_address = \"" << serial->text() << "\"\n";
    if (meters.wire == kDlmsDialInWire) out << "serial = \"" << serial->text() << "\"\n";
    if (keys == Keys::None) continue;
    out << "\n[meter.sts]\n"
        << "pan = \"" << test_keys::meter_pan(*serial).digits() << "\"\n"
        << "supply_group = \"" << test_keys::kSupplyGroup << "\"\n"
        << "algorithm = \"" << sts::algorithm_code(options.algorithm) << "\"\n"
        << "phases = " << options.phases << "\n";
  }
}

/// The port the street was given, or the one it found (see StreetOptions::tcp_port).
std::string port_of(const StreetOptions& options, std::uint16_t given, const char* found_in,
                    const char* usual) {
  if (given != 0) return std::to_string(given);
  const auto found = read_state_file(options.directory / found_in);
  if (!found || !*found) return usual;
  return (*found)->substr(0, (*found)->find('\n'));
}

/// What the gateway has to show to all DLMS meters of the street; empty for nothing.
std::string dlms_access(const StreetOptions& options) {
  const model::DlmsUsualAccess usual;
  const model::DlmsUsualAccess& access = options.dlms.access;
  std::string head = "\n[dlms]\n";
  if (access.client != usual.client) head += "client = " + std::to_string(access.client) + "\n";
  if (access.invocation_counter != usual.invocation_counter) {
    head += "invocation_counter = \"" + access.invocation_counter.text() + "\"\n";
  }
  if (options.dlms.security == DlmsSecurity::None) {
    return access.client == usual.client ? std::string{} : head;
  }
  std::error_code ignored;
  const auto folder = std::filesystem::absolute(options.directory / kDlmsKeyFolder, ignored);
  const std::string key_file = "key_file = \"" + (folder / "{id}.toml").string() + "\"\n";
  if (options.dlms.security == DlmsSecurity::LowLevel) {
    return head + "authentication = \"lls\"\n" + key_file;
  }
  const bool signs = options.dlms.security == DlmsSecurity::EcdsaP256 ||
                     options.dlms.security == DlmsSecurity::EcdsaP384;
  if (signs) {
    head += "authentication = \"hls-ecdsa\"\nsuite = ";
    head += options.dlms.security == DlmsSecurity::EcdsaP256 ? "1\n" : "2\n";
    return head + "system_title = \"4d54470000000001\"\n" + key_file;
  }
  return head + "authentication = \"hls-gmac\"\nsystem_title = \"4d54470000000001\"\n" + key_file;
}

void dlms_lines(std::ostream& out, const StreetOptions& options,
                const std::filesystem::path& directory) {
  const DlmsOptions& dlms = options.dlms;
  if (dlms.meters + dlms.tcp_meters + dlms.dial_in_meters + dlms.mqtt_meters > 0) {
    out << dlms_access(options);
  }
  if (dlms.dial_in_meters > 0) {
    out << "\n[[line]]\nname = \"call\"\nlisten = " << dlms.dial_port
        << "\nlisten_address = \"127.0.0.1\"\nprotocol = \"dlms\"\n";
  }
  if (dlms.mqtt_meters > 0) {
    out << "\n[[line]]\nname = \"modem\"\nmqtt_root = \"" << dlms.mqtt_root
        << "\"\nprotocol = \"dlms\"\n";
  }
  if (options.dlms.meters > 0) {
    const SignOnSettings sign_on = sign_on_settings(options);
    out << "\n[[line]]\nname = \"hdlc\"\ndevice = \"" << (directory / "hdlc").string()
        << "\"\nbaud = " << (options.dlms.mode_e ? sign_on.greatest_baud : options.wire.baud)
        << "\nprotocol = \"dlms\"\n";
    if (options.dlms.mode_e) {
      out << "opening = \"mode-e\"\nopening_baud = " << sign_on.opening_baud << "\n";
    }
  }
  if (options.dlms.tcp_meters > 0) {
    out << "\n[[line]]\nname = \"dlms\"\nhost = \"127.0.0.1\"\nport = "
        << port_of(options, options.dlms.tcp_port, "dlms-port", "4059")
        << "\nprotocol = \"dlms\"\n";
  }
}

void write_lines(std::ostream& out, const StreetOptions& options,
                 const std::filesystem::path& directory) {
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
    out << "\n[[line]]\nname = \"tcp\"\nhost = \"127.0.0.1\"\nport = "
        << port_of(options, options.tcp_port, "tcp-port", "502") << "\n";
  }
  dlms_lines(out, options, directory);
  if (options.mode_c.meters > 0) {
    const SignOnSettings sign_on = sign_on_settings(options);
    out << "\n[[line]]\nname = \"mode-c\"\ndevice = \"" << (directory / "mode-c").string()
        << "\"\nbaud = " << sign_on.greatest_baud
        << "\nprotocol = \"mode-c\"\nopening_baud = " << sign_on.opening_baud << "\n";
  }
}

void write_meters(std::ostream& out, const StreetOptions& options, Keys keys) {
  const auto meters = [&](const Spread& spread) {
    keys == Keys::Entered ? one_by_one(out, spread, options, keys) : as_range(out, spread);
  };
  for (unsigned index = 0; index < options.lines && options.meters_per_line > 0; ++index) {
    const std::string name = line_name(index);
    meters(
        {name.substr(name.find('-') + 1), index + 1, options.meters_per_line, options.model, name});
  }
  if (options.tcp_meters > 0) meters({"tcp", kTcpWire, options.tcp_meters, options.model, "tcp"});
  if (options.dlms.meters > 0) {
    const Spread spread{"hdlc",
                        kHdlcWire,
                        options.dlms.meters,
                        options.dlms.model,
                        "hdlc",
                        DlmsLine::kFirstAddress};
    // Each is called by its serial number, where it is called.
    options.dlms.mode_e ? one_by_one(out, spread, options, keys) : meters(spread);
  }
  if (options.dlms.tcp_meters > 0) {
    meters({"dlms", kDlmsTcpWire, options.dlms.tcp_meters, options.dlms.model, "dlms"});
  }
  // Known by their serial numbers, so never as a range.
  one_by_one(out,
             {"call", kDlmsDialInWire, options.dlms.dial_in_meters, options.dlms.model, "call", 0},
             options, keys);
  if (options.dlms.mqtt_meters > 0) {
    meters({"modem", kDlmsMqttWire, options.dlms.mqtt_meters, options.dlms.model, "modem", 0});
  }
  // No tokens for them: a readout is all they have.
  one_by_one(out, {"mode-c", kModeCWire, options.mode_c.meters, options.mode_c.model, "mode-c", 0},
             options, Keys::None);
  if (options.mqtt_meters > 0) {
    meters({"mqtt", kMqttWire, options.mqtt_meters, options.mqtt_model, {}});
  }
}

}  // namespace

std::string gateway_config_for(const StreetOptions& options, const std::optional<KeyFiles>& keys) {
  std::ostringstream out;
  std::error_code ignored;
  const auto directory = std::filesystem::absolute(options.directory, ignored);
  if (keys) {
    out << "\n[key_store]\n"
        << "file = \"" << std::filesystem::absolute(keys->store, ignored).string() << "\"\n"
        << "passphrase_file = \"" << std::filesystem::absolute(keys->passphrase, ignored).string()
        << "\"\n";
  }
  if (options.mqtt_meters + options.dlms.mqtt_meters > 0) {
    out << "\n[mqtt_meters]\n"
        << "root = \"" << options.mqtt_root << "\"\n"
        << "\n[mqtt_meters.broker]\n"
        << "host = \"" << options.broker_host << "\"\n"
        << "port = " << options.broker_port << "\n";
  }
  write_lines(out, options, directory);
  write_meters(out, options, keys ? Keys::Entered : Keys::None);
  return out.str();
}

}  // namespace metergate::sim
