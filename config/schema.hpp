// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "meters/access_rules.hpp"
#include "meters/identity.hpp"
#include "meters/load_profile.hpp"
#include "meters/registry_sighting.hpp"

/// What the operator wrote, typed and with every default filled in. One TOML file (and, later,
/// files beside it); `config/load.hpp` reads it, docs/operations.md lists every key.
namespace metergate::config {

enum class Parity : std::uint8_t { None, Even, Odd };

struct SerialLine {
  std::filesystem::path device;  ///< `/dev/ttyUSB0`, or a pseudo-terminal of `metergate sim`
  std::uint32_t baud = 9600;
  Parity parity = Parity::Even;
  std::uint8_t data_bits = 8;
  std::uint8_t stop_bits = 1;
  /// Meters are opened as IEC 62056-21 says, at this speed, and switched to `baud` at most; absent:
  /// `baud` is spoken from the first octet.
  std::optional<std::uint32_t> opening_baud{};
};

struct TcpEndpoint {
  std::string host;
  std::uint16_t port = 502;
};

/// Meters that dial in: they connect to us and speak the wrapper of DLMS, each on a connection of
/// its own, and are known by serial number or system title.
struct DialIn {
  std::string address = "0.0.0.0";  ///< of this box: an IP address to listen at
  std::uint16_t port = 4059;
};

/// Wrapper PDUs of DLMS as MQTT messages, at the broker of [mqtt_meters].
struct MqttTopics {
  std::string root = "dlms";  ///< topics begin `{root}/v1/{topic name}/`
};

/// What the meters of a line speak. On a serial line it is Modbus RTU, HDLC or the readout of IEC
/// 62056-21 in mode C; behind a TCP endpoint Modbus as it is on TCP, the wrapper of DLMS, or HDLC
/// that a gateway passes on.
enum class LineProtocol : std::uint8_t { Modbus, DlmsHdlc, DlmsWrapper, ModeC };

struct Line {
  std::string name;
  std::variant<SerialLine, TcpEndpoint, DialIn, MqttTopics> access;
  LineProtocol protocol = LineProtocol::Modbus;
  /// A learned time-out is never below; with DLMS, what a silent meter is tried again with.
  std::chrono::milliseconds timeout_floor{50};
  std::chrono::milliseconds timeout_ceiling{500};  ///< ... nor above; also the longest late answer

  [[nodiscard]] bool is_dlms() const {
    return protocol == LineProtocol::DlmsHdlc || protocol == LineProtocol::DlmsWrapper;
  }
  [[nodiscard]] bool dials_in() const { return std::holds_alternative<DialIn>(access); }
  [[nodiscard]] bool on_mqtt() const { return std::holds_alternative<MqttTopics>(access); }
  /// Without, each meter has a way or a name of its own: its address is no more than its place on
  /// our list.
  [[nodiscard]] bool has_addresses() const {
    return !dials_in() && !on_mqtt() && protocol != LineProtocol::ModeC;
  }
};

struct Tls {
  std::filesystem::path ca_file;
  std::filesystem::path certificate_file;
  std::filesystem::path key_file;
};

struct Broker {
  std::string host = "127.0.0.1";
  std::uint16_t port = 1883;
  std::optional<Tls> tls;
  std::string username;
  std::filesystem::path password_file;
  std::string client_id;         ///< empty: `metergate-<site>`
  bool allow_plaintext = false;  ///< without TLS to a host that is not this one
  /// With TLS: its certificate holds only with lists of revoked ones, which stand in `ca_file`.
  bool check_revoked = false;
  std::chrono::seconds keep_alive{30};
  std::chrono::milliseconds reconnect_min{500};
  std::chrono::milliseconds reconnect_max{30'000};
};

struct North {
  Broker broker;
  std::string root = "metergate";  ///< topics begin `{root}/v1/{site}/`
  std::size_t max_payload_octets = 65'536;
  std::size_t max_depth = 8;
  std::chrono::seconds max_issued_ahead{300};
  std::size_t max_in_flight = 20;  ///< unacknowledged publications handed to the MQTT client
  std::size_t max_live_commands = 10'000;
  std::size_t max_live_commands_per_meter = 100;
};

/// The broker that meters with MQTT modems talk to; may be the same one.
struct MqttMeters {
  Broker broker;
  std::string root = "meters";  ///< topics begin `{root}/v1/{meter name}/`
  std::size_t max_in_flight = 64;
  std::chrono::milliseconds timeout{5'000};
};

/// How often a class of data is read from the meters of a group; zero = never by itself.
struct Schedule {
  std::string name = "default";
  std::chrono::seconds registers{900};
  std::chrono::seconds relay{900};
  std::chrono::seconds clock{86'400};
  std::chrono::seconds logs{900};
  std::chrono::seconds daily{3'600};
  std::chrono::seconds profile{1'800};
  CapturePeriod capture_period{30};
  std::chrono::days back_fill{30};             ///< how far back the first read of a new meter goes
  std::chrono::seconds clock_drift_limit{60};  ///< beyond: alarm, and set when `clock_set`
  bool clock_set = false;

  friend bool operator==(const Schedule&, const Schedule&) = default;
};

/// What enters a meter's decoder key (IEC 62055-41 6.1); the ledger takes it over once and keeps
/// what key changes make of it.
struct MeterSts {
  std::string pan;
  std::uint32_t supply_group = 0;
  std::uint8_t tariff_index = 1;
  std::uint8_t key_revision = 1;
  std::uint8_t key_type = 2;
  std::uint8_t generation = 4;  ///< DKGA
  std::uint8_t algorithm = 7;   ///< EA
  std::uint8_t base_date = 14;
  std::uint8_t phases = 1;

  friend bool operator==(const MeterSts&, const MeterSts&) = default;
};

/// Where vending keys are, and where the secret is that opens them.
struct KeyStore {
  std::filesystem::path file;    ///< encrypted key file, or:
  std::filesystem::path module;  ///< PKCS#11 module
  std::string token;             ///< its token's label
  std::string passphrase_credential;
  std::filesystem::path passphrase_file;
  std::string passphrase_env;
};

struct DlmsAccess;  // config/dlms_access.hpp

struct Meter {
  MeterId id;
  std::string model;
  std::string line;           ///< name of a line; empty for an MQTT meter
  std::uint16_t address = 0;  ///< Modbus slave; lower HDLC address; wPort of the DLMS wrapper
  std::string topic_name;     ///< MQTT meters: `{root}/v1/{topic_name}/`; default: the id
  std::string serial;         ///< expected serial number; empty: the first one read is kept
  std::string schedule = "default";
  std::optional<MeterSts> sts{};             ///< absent: no STS tokens are made for it here
  std::shared_ptr<const DlmsAccess> dlms{};  ///< of meters on DLMS lines, shared by those alike
  std::string device_address{};  ///< IEC 62056-21, where its opening is used; empty: anybody's
};

struct Storage {
  std::filesystem::path file = "/var/lib/metergate/ledger.db";
  std::chrono::days keep_registers{90};
  std::chrono::days keep_profile{400};
  std::chrono::days keep_daily{800};
  std::chrono::days keep_logs{800};
  std::chrono::days keep_commands{800};
  std::chrono::days keep_journal{30};
};

/// Which meter stands where for whom (J-55).
struct Registry {
  registry::Rules rules;
  /// What is done about a meter that answers and stands nowhere, or in doubt (J-63).
  registry::UnplacedPolicy unplaced = registry::UnplacedPolicy::Allow;

  friend bool operator==(const Registry&, const Registry&) = default;
};

enum class LogFormat : std::uint8_t { Plain, Json, Journald };

struct Log {
  std::string level = "info";  ///< debug, info, warning, error
  LogFormat format = LogFormat::Plain;
};

struct Control {
  std::filesystem::path socket = "/run/metergate/control.sock";
};

/// The page of figures a Prometheus on this box scrapes: on the loopback address, never elsewhere.
struct Metrics {
  std::uint16_t port = 9464;

  friend bool operator==(const Metrics&, const Metrics&) = default;
};

/// The web console, on a loopback address only; nothing listens without it.
struct Console {
  std::string address = "127.0.0.1";  ///< or `::1`
  std::uint16_t port = 0;
  std::filesystem::path users_file = "/var/lib/metergate/console.users";
  std::chrono::minutes session_idle{15};  ///< without anything done by the user
  std::chrono::minutes session_max{480};  ///< whatever is done

  friend bool operator==(const Console&, const Console&) = default;
};

struct Sessions {
  std::uint32_t failures_to_silent = 3;
  std::chrono::seconds probe_min{5};  ///< pause before a silent meter is tried again, doubling
  std::chrono::seconds probe_max{50};
  std::chrono::seconds settle_limit{86'400};  ///< `unconfirmed` for longer is final
};

/// How many supplies may be opened from afar within any hour, so that who steals a sender's name
/// cannot darken a town (faults.md S9).
struct RelayOffFuse {
  std::uint32_t per_hour = 60;       ///< on this box; 0: none at all
  std::uint32_t per_line_hour = 60;  ///< on one of its lines
  /// Orders that are let through wait for a while of their own, up to this long; 0: not at all.
  std::chrono::seconds spread{0};

  friend bool operator==(const RelayOffFuse&, const RelayOffFuse&) = default;
};

/// How many commands are taken from one requester, so that none takes all the room there is
/// (faults.md S17). As many may come at once as may wait here at once.
struct RequesterLimit {
  std::uint32_t per_minute = 3'000;  ///< in the long run; 0: as many as come
  std::uint32_t burst = 10'000;      ///< at once

  friend bool operator==(const RequesterLimit&, const RequesterLimit&) = default;
};

/// What is told of the audit trail beyond the ledger (faults.md S14).
struct Audit {
  /// An Ed25519 key (PKCS#8 in PEM) that the published heads are signed with; both empty: unsigned.
  std::filesystem::path signing_key_file;
  std::string signing_key_credential;  ///< of systemd
  bool syslog = false;                 ///< each entry goes to the system's log as well
  std::filesystem::path syslog_socket = "/dev/log";

  friend bool operator==(const Audit&, const Audit&) = default;
};

/// Where an installed metergate keeps the models it ships.
inline constexpr const char* kDefaultModelDirectory = "/usr/share/metergate/models";

struct Configuration {
  SiteId site;
  std::vector<std::filesystem::path> model_directories;
  Storage storage;
  Log log;
  Control control;
  Sessions sessions;
  std::optional<North> north;
  std::optional<MqttMeters> mqtt_meters;
  std::vector<Line> lines;
  std::vector<Schedule> schedules;
  std::vector<Meter> meters;
  std::optional<KeyStore> key_store{};
  AccessRules access{};
  Registry registry{};
  RelayOffFuse relay_off_fuse{};
  RequesterLimit requester_limit{};
  std::optional<Metrics> metrics{};  ///< absent: nothing listens
  std::optional<Console> console{};  ///< absent: nothing listens
  Audit audit{};
};

}  // namespace metergate::config
