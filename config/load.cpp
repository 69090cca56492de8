// SPDX-License-Identifier: Apache-2.0
#include "config/load.hpp"

#include <algorithm>
#include <set>

#include "config/drop_ins.hpp"
#include "config/read_access.hpp"
#include "config/read_links.hpp"
#include "config/read_meters.hpp"
#include "config/read_tokens.hpp"

namespace metergate::config {
namespace {

constexpr std::int64_t kYear_s = 366LL * 86'400;
constexpr Bounds kInterval_s{0, kYear_s};
constexpr Bounds kDays{1, 36'500};

std::optional<LogFormat> parse_format(std::string_view word) {
  if (word == "plain") return LogFormat::Plain;
  if (word == "json") return LogFormat::Json;
  if (word == "journald") return LogFormat::Journald;
  return std::nullopt;
}

void read_storage(TableReader in, Storage& storage, const std::filesystem::path& base) {
  in.path("file", storage.file, base);
  in.duration("keep_registers_days", storage.keep_registers, kDays);
  in.duration("keep_profile_days", storage.keep_profile, kDays);
  in.duration("keep_daily_days", storage.keep_daily, kDays);
  in.duration("keep_logs_days", storage.keep_logs, kDays);
  in.duration("keep_commands_days", storage.keep_commands, kDays);
  in.duration("keep_journal_days", storage.keep_journal, kDays);
  in.finish();
}

void read_log(TableReader in, Log& log) {
  const auto level = [](std::string_view word) -> std::optional<std::string> {
    for (const std::string_view one : {"debug", "info", "warning", "error"}) {
      if (word == one) return std::string{one};
    }
    return std::nullopt;
  };
  in.word<std::string>("level", log.level, level, "debug, info, warning or error");
  in.word<LogFormat>("format", log.format, parse_format, "plain, json or journald");
  in.finish();
}

void read_sessions(TableReader in, Sessions& sessions) {
  in.number("failures_to_silent", sessions.failures_to_silent, {1, 100});
  in.duration("probe_min_s", sessions.probe_min, {1, 3'600});
  in.duration("probe_max_s", sessions.probe_max, {1, 86'400});
  in.duration("settle_limit_s", sessions.settle_limit, {10, kYear_s});
  if (sessions.probe_max < sessions.probe_min)
    in.contradicts("probe_max_s", "at least probe_min_s");
  in.finish();
}

North read_north(TableReader in, const std::filesystem::path& base) {
  North north;
  read_root(in, "root", north.root);
  in.number("max_payload_octets", north.max_payload_octets, {256, 1'048'576});
  in.number("max_depth", north.max_depth, {2, 64});
  in.duration("max_issued_ahead_s", north.max_issued_ahead, {0, 86'400});
  in.number("max_in_flight", north.max_in_flight, {1, 1'000});
  in.number("max_live_commands", north.max_live_commands, {1, 1'000'000});
  in.number("max_live_commands_per_meter", north.max_live_commands_per_meter, {1, 10'000});
  if (auto broker = in.table("broker")) north.broker = read_broker(*broker, base);
  in.finish();
  return north;
}

MqttMeters read_mqtt_meters(TableReader in, const std::filesystem::path& base) {
  MqttMeters meters;
  read_root(in, "root", meters.root);
  in.number("max_in_flight", meters.max_in_flight, {1, 10'000});
  in.duration("timeout_ms", meters.timeout, {100, 600'000});
  if (auto broker = in.table("broker")) meters.broker = read_broker(*broker, base);
  in.finish();
  return meters;
}

Console read_console(TableReader in, const std::filesystem::path& base) {
  Console console;
  in.word<std::string>(
      "address", console.address,
      [](std::string_view word) -> std::optional<std::string> {
        if (word == "127.0.0.1" || word == "::1") return std::string{word};
        return std::nullopt;
      },
      "127.0.0.1 or ::1: the console is for this box; from elsewhere come through ssh -L");
  in.number("port", console.port, {1, 65'535}, Need::Required);
  in.path("users_file", console.users_file, base);
  in.duration("session_idle_min", console.session_idle, {1, 1'440});
  in.duration("session_max_min", console.session_max, {1, 1'440});
  if (console.session_max < console.session_idle) {
    in.contradicts("session_max_min", "at least session_idle_min");
  }
  in.finish();
  return console;
}

Audit read_audit(TableReader in, const std::filesystem::path& base) {
  Audit audit;
  in.path("signing_key_file", audit.signing_key_file, base);
  in.text("signing_key_credential", audit.signing_key_credential);
  if (!audit.signing_key_file.empty() && !audit.signing_key_credential.empty()) {
    in.contradicts("signing_key_credential", "one of signing_key_file, signing_key_credential");
  }
  if (audit.signing_key_credential.find('/') != std::string::npos) {
    in.contradicts("signing_key_credential", "a name without a slash, as LoadCredential= gives it");
  }
  in.flag("syslog", audit.syslog);
  in.path("syslog_socket", audit.syslog_socket, base);
  in.finish();
  return audit;
}

Registry read_registry(TableReader in) {
  Registry registry;
  in.word<registry::UnplacedPolicy>("unplaced", registry.unplaced, registry::parse_unplaced_policy,
                                    "allow, alarm or block");
  in.number("meters_per_location", registry.rules.meters_per_location, {1, 1'000});
  in.finish();
  return registry;
}

RelayOffFuse read_relay_off_fuse(TableReader in) {
  RelayOffFuse fuse;
  in.number("per_hour", fuse.per_hour, {0, 10'000});
  in.number("per_line_hour", fuse.per_line_hour, {0, 10'000});
  in.duration("spread_s", fuse.spread, {0, 3'600});
  in.finish();
  return fuse;
}

RequesterLimit read_requester_limit(TableReader in) {
  RequesterLimit limit;
  in.number("per_minute", limit.per_minute, {0, 1'000'000});
  in.number("burst", limit.burst, {1, 1'000'000});
  in.finish();
  return limit;
}

Schedule read_schedule(TableReader& in) {
  Schedule schedule;
  in.text("name", schedule.name, Need::Required);
  in.duration("registers_s", schedule.registers, kInterval_s);
  in.duration("relay_s", schedule.relay, kInterval_s);
  in.duration("clock_s", schedule.clock, kInterval_s);
  in.duration("logs_s", schedule.logs, kInterval_s);
  in.duration("daily_s", schedule.daily, kInterval_s);
  in.duration("profile_s", schedule.profile, kInterval_s);
  in.duration("capture_period_min", schedule.capture_period, {15, 60});
  if (schedule.capture_period.count() != 15 && schedule.capture_period.count() != 30 &&
      schedule.capture_period.count() != 60) {
    in.contradicts("capture_period_min", "15, 30 or 60");
  }
  in.duration("back_fill_days", schedule.back_fill, {1, 800});
  in.duration("clock_drift_limit_s", schedule.clock_drift_limit, {1, 86'400});
  in.flag("clock_set", schedule.clock_set);
  in.finish();
  return schedule;
}

void read_lines(TableReader& root, Configuration& into, const std::filesystem::path& base) {
  std::set<std::string> names;
  std::set<std::filesystem::path> devices;
  std::set<std::uint16_t> ports;
  std::set<std::string> roots;
  for (TableReader& table : root.tables("line")) {
    Line line = read_line(table, base);
    if (!line.name.empty() && (!is_identifier(line.name) || !names.insert(line.name).second)) {
      table.contradicts("name", "1 to 64 of A-Z a-z 0-9 _ . -, and not the name of another line");
    }
    const auto* serial = std::get_if<SerialLine>(&line.access);
    if (serial != nullptr && !serial->device.empty() && !devices.insert(serial->device).second) {
      table.contradicts("device", "a device no other line has");
    }
    if (const auto* dial_in = std::get_if<DialIn>(&line.access)) {
      if (!ports.insert(dial_in->port).second) {
        table.contradicts("listen", "a port no other line listens on");
      }
    }
    if (const auto* topics = std::get_if<MqttTopics>(&line.access)) {
      if (!into.mqtt_meters) {
        table.contradicts("mqtt_root", "none, or an [mqtt_meters] table that names the broker");
      } else if (into.mqtt_meters->root == topics->root || !roots.insert(topics->root).second) {
        table.contradicts("mqtt_root", "a root that neither [mqtt_meters] nor another line has");
      }
    }
    into.lines.push_back(std::move(line));
  }
}

void read_schedules(TableReader& root, Configuration& into) {
  for (TableReader& table : root.tables("schedule")) {
    Schedule schedule = read_schedule(table);
    if (std::ranges::find(into.schedules, schedule.name, &Schedule::name) != into.schedules.end()) {
      table.contradicts("name", "the name of no other schedule");
    }
    into.schedules.push_back(std::move(schedule));
  }
  if (std::ranges::find(into.schedules, "default", &Schedule::name) == into.schedules.end()) {
    into.schedules.emplace_back();
  }
}

Result<Configuration, std::vector<ConfigError>> read(const Node& document,
                                                     const std::filesystem::path& file) {
  ErrorList errors{file};
  const std::filesystem::path base = file.parent_path();
  Configuration into{*SiteId::parse("-"), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
  TableReader root{document, "", errors};
  std::string site;
  root.text("site", site, Need::Required);
  if (const auto parsed = SiteId::parse(site)) {
    into.site = *parsed;
  } else if (root.has("site")) {
    root.contradicts("site", "1 to 64 of A-Z a-z 0-9 _ . -");
  }
  for (const std::string& directory : root.texts("model_directories")) {
    into.model_directories.push_back(base / directory);
  }
  if (into.model_directories.empty()) into.model_directories = {kDefaultModelDirectory};
  if (auto table = root.table("storage")) read_storage(*table, into.storage, base);
  if (auto table = root.table("log")) read_log(*table, into.log);
  if (auto table = root.table("control")) {
    table->path("socket", into.control.socket, base);
    table->finish();
  }
  if (auto table = root.table("metrics")) {
    Metrics metrics;
    table->number("port", metrics.port, {1, 65'535});
    table->finish();
    into.metrics = metrics;
  }
  if (auto table = root.table("console")) into.console = read_console(*table, base);
  if (auto table = root.table("sessions")) read_sessions(*table, into.sessions);
  if (auto table = root.table("north")) into.north = read_north(*table, base);
  if (auto table = root.table("mqtt_meters")) into.mqtt_meters = read_mqtt_meters(*table, base);
  read_lines(root, into, base);
  read_schedules(root, into);
  into.meters = read_meters(root, into, base);
  if (auto table = root.table("key_store")) into.key_store = read_key_store(*table, base);
  into.access = read_access(root);
  if (auto table = root.table("audit")) into.audit = read_audit(*table, base);
  if (auto table = root.table("registry")) into.registry = read_registry(*table);
  if (auto table = root.table("relay_off_fuse")) {
    into.relay_off_fuse = read_relay_off_fuse(*table);
  }
  if (auto table = root.table("requester_limit")) {
    into.requester_limit = read_requester_limit(*table);
  }
  root.finish();
  // OpenSSL has one word on it for all connections of a process.
  if (into.north && into.mqtt_meters && into.north->broker.tls && into.mqtt_meters->broker.tls &&
      into.north->broker.check_revoked != into.mqtt_meters->broker.check_revoked) {
    root.contradicts("mqtt_meters", "the same check_revoked as north has, below both brokers' tls");
  }
  if (into.console && into.metrics && into.console->port == into.metrics->port) {
    errors.add(ConfigError::Kind::Wrong, root.line_of("console"), "console.port",
               std::to_string(into.console->port), "a port other than [metrics] has");
  }
  if (!errors.empty()) return failure(errors.take());
  return into;
}

}  // namespace

Result<Configuration, std::vector<ConfigError>> parse(std::string_view text,
                                                      const std::filesystem::path& file) {
  const auto document = parse_document(text, file);
  if (!document) return failure(std::vector<ConfigError>{document.error()});
  return read(*document, file);
}

Result<Configuration, std::vector<ConfigError>> load(const std::filesystem::path& file) {
  const auto gathered = gather(file);
  if (!gathered) return failure(gathered.error());
  auto configuration = read(gathered->root, file);
  if (configuration) return configuration;
  auto errors = configuration.error();
  name_files(errors, *gathered);
  return failure(std::move(errors));
}

}  // namespace metergate::config
