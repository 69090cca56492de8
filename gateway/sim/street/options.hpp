// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "gateway/sim/dlms/setup.hpp"
#include "gateway/sim/mode_c/sign_on_server.hpp"
#include "gateway/sim/wire/line.hpp"
#include "meters/models/dlms_layout.hpp"
#include "meters/supply.hpp"
#include "meters/virtual/settings.hpp"
#include "protocols/iec62056_21/sign_on.hpp"
#include "protocols/sts/key_attributes.hpp"

namespace metergate::sim {

/// How the meters decide on codes: by the rules of meters/virtual/token_rules.hpp, which need no
/// key, or by real cryptography under the public test keys of meters/virtual/test_keys.hpp.
enum class TokenRule : std::uint8_t { Open, Cryptographic };

/// Below the street's folder: a file with the PUBLIC TEST secrets of each DLMS meter that wants
/// any.
inline constexpr const char* kDlmsKeyFolder = "dlms-keys";

inline constexpr const char* kVirtualDlmsModel = "virtual-prepayment-dlms";

/// Meters that speak DLMS/COSEM.
struct DlmsOptions {
  unsigned meters = 0;  ///< on one HDLC line, `<directory>/hdlc`, at the addresses from 17
  /// That a gateway knows them by. Of any but this one the meters show what the model names, where
  /// it says, in its event codes and token encoding.
  std::string model = kVirtualDlmsModel;
  model::DlmsUsualAccess access{};  ///< client number and counter object, as the model has them
  bool mode_e = false;  ///< those on the line are opened by IEC 62056-21, serial numbers call them
  unsigned tcp_meters = 0;      ///< at the wPorts from 1 on one TCP port
  std::uint16_t tcp_port = 0;   ///< 0: a free one, to be found in `<directory>/dlms-port`
  unsigned dial_in_meters = 0;  ///< that connect to a gateway
  std::string dial_host = "127.0.0.1";
  std::uint16_t dial_port = 0;
  unsigned mqtt_meters = 0;        ///< whose modems speak MQTT, at the broker of the others
  std::string mqtt_root = "dlms";  ///< topics begin `{root}/v1/{meter}/`
  DlmsSecurity security = DlmsSecurity::None;  ///< of the management client
  std::uint16_t max_pdu = 1024;                ///< octets of an APDU
  std::uint16_t information = 128;             ///< octets of an HDLC frame's information
};

inline constexpr const char* kVirtualModeCModel = "virtual-credit-mode-c";

/// Meters that are read out in mode C of IEC 62056-21.
struct ModeCOptions {
  unsigned meters = 0;  ///< on one line, `<directory>/mode-c`; their serial numbers call them
  std::string model = kVirtualModeCModel;
};

/// What stands on a street of virtual meters: what `metergate sim` takes from its command line.
struct StreetOptions {
  std::filesystem::path directory;  ///< state, links to the lines, control socket; made if missing
  std::vector<std::filesystem::path> model_directories;
  std::string model = "virtual-prepayment-modbus";

  unsigned lines = 1;            ///< RS-485 lines, `<directory>/line-a` ...
  unsigned meters_per_line = 8;  ///< at the addresses from 1; at most 247
  WireSettings wire;
  bool log_requests = false;  ///< `<directory>/line-a.requests` (see WireSettings::request_log)

  unsigned tcp_meters = 0;     ///< units from 1 on one Modbus TCP port; at most 247
  std::uint16_t tcp_port = 0;  ///< 0: a free one, to be found in `<directory>/tcp-port`

  unsigned mqtt_meters = 0;
  std::string mqtt_model = "virtual-prepayment-mqtt";
  std::string broker_host = "127.0.0.1";
  std::uint16_t broker_port = 1883;
  std::string mqtt_root = "meters";

  DlmsOptions dlms{};
  ModeCOptions mode_c{};
  /// Of meters that are opened by IEC 62056-21.
  std::uint32_t opening_baud = iec62056_21::kUsualOpeningBaud;

  double speed = 1.0;  ///< of the street's time; the wires keep theirs (see WireSettings)
  std::uint64_t seed = 1;
  TokenRule token_rule = TokenRule::Open;
  sts::EncryptionAlgorithm algorithm = sts::EncryptionAlgorithm::Sta;  ///< of meters with keys
  unsigned phases = 1;                                                 ///< of every meter: 1 or 3
  SupplyState supply = SupplyState::On;  ///< Off: meters fresh from the factory
  bool prepayment = true;
  std::int64_t balance_minor = 5'000;
  std::chrono::days history{45};
  std::optional<unsigned> load_limit_w;  ///< above it: OFF for 20 s, then ARMED
  std::int64_t emergency_credit_minor = 0;
  std::optional<virtual_meter::FriendlyHours> friendly_hours;
  bool keep_truth = false;        ///< meters remember what a purge took, for a checker
  double clock_drift_ppm = 20.0;  ///< each meter's lies somewhere between minus this and plus this
};

/// `line-a`, `line-b`, ..., `line-z`, `line-aa`, ...
[[nodiscard]] std::string line_name(unsigned index);
/// `a-001`: the first meter of `line-a`; `tcp-001`; `mqtt-001`; `hdlc-001`;
/// `dlms-001`; `call-001`, which dials in; `modem-001`, DLMS over MQTT; `mode-c-001`.
[[nodiscard]] std::string meter_name(const std::string& place, unsigned number);
/// Serial numbers count along the wires: the lines from 1, then these.
inline constexpr unsigned kTcpWire = 9'000;
inline constexpr unsigned kMqttWire = 10'000;
inline constexpr unsigned kHdlcWire = 11'000;
inline constexpr unsigned kDlmsTcpWire = 12'000;
inline constexpr unsigned kDlmsDialInWire = 13'000;
inline constexpr unsigned kDlmsMqttWire = 14'000;
inline constexpr unsigned kModeCWire = 15'000;
/// `VM00001001`: the first meter of `line-a`.
[[nodiscard]] std::string meter_serial(unsigned wire, unsigned number);
[[nodiscard]] std::filesystem::path control_socket(const StreetOptions& options);

/// A key store that holds the street's test keys.
struct KeyFiles {
  std::filesystem::path store;
  std::filesystem::path passphrase;
};

/// How meters that are opened by IEC 62056-21 do it: at most at the lines' speed, if they can.
[[nodiscard]] SignOnSettings sign_on_settings(const StreetOptions& options);

/// Lines, meters and broker as sections of a metergate.toml: a gateway with them finds the street.
/// With key files it makes tokens too, so that every meter has a section of its own with what
/// enters its key.
[[nodiscard]] std::string gateway_config_for(const StreetOptions& options,
                                             const std::optional<KeyFiles>& keys = {});

}  // namespace metergate::sim
