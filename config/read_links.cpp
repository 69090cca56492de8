// SPDX-License-Identifier: Apache-2.0
#include "config/read_links.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "protocols/iec62056_21/sign_on.hpp"

namespace metergate::config {
namespace {

std::optional<Parity> parse_parity(std::string_view word) {
  if (word == "none") return Parity::None;
  if (word == "even") return Parity::Even;
  if (word == "odd") return Parity::Odd;
  return std::nullopt;
}

bool is_loopback(const std::string& host) {
  // Digits and dots only: `127.example.org` is a name, and anybody's.
  const bool numeric = host.find_first_not_of("0123456789.") == std::string::npos;
  return host == "localhost" || host == "::1" || (numeric && host.starts_with("127."));
}

/// The sign-on of IEC 62056-21: always before a readout in mode C, before HDLC where the line says
/// so (mode E).
void read_opening(TableReader& in, SerialLine& serial, LineProtocol protocol) {
  bool opens = protocol == LineProtocol::ModeC;
  if (!opens) {
    enum class Opening : std::uint8_t { None, ModeE };
    auto opening = Opening::None;
    const auto parse = [](std::string_view word) -> std::optional<Opening> {
      if (word == "none") return Opening::None;
      if (word == "mode-e") return Opening::ModeE;
      return std::nullopt;
    };
    in.word<Opening>("opening", opening, parse, "none or mode-e");
    opens = opening == Opening::ModeE;
  }
  if (!opens) {
    if (in.find("opening_baud", Need::Optional, {}) != nullptr) {
      in.contradicts("opening_baud", "none, or opening = \"mode-e\"");
    }
    return;
  }
  constexpr std::string_view kSpeeds = "300, 600, 1200, 2400, 4800, 9600 or 19200";
  std::uint32_t opening_baud = iec62056_21::kUsualOpeningBaud;
  in.number("opening_baud", opening_baud, {300, 19'200});
  if (!iec62056_21::speed_character(opening_baud)) in.contradicts("opening_baud", kSpeeds);
  if (!iec62056_21::speed_character(serial.baud)) in.contradicts("baud", kSpeeds);
  if (serial.baud < opening_baud) in.contradicts("baud", "at least opening_baud");
  serial.opening_baud = opening_baud;
}

void read_serial(TableReader& in, SerialLine& serial, const std::filesystem::path& base,
                 LineProtocol protocol) {
  in.path("device", serial.device, base, Need::Required);
  constexpr std::array<std::int64_t, 9> kBauds{300,   600,    1'200,  2'400, 4'800,
                                               9'600, 19'200, 38'400, 57'600};
  in.number("baud", serial.baud, {300, 230'400});
  const bool usual = std::ranges::find(kBauds, serial.baud) != kBauds.end() ||
                     serial.baud == 115'200 || serial.baud == 230'400;
  if (!usual)
    in.contradicts("baud",
                   "300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200 or 230400");
  // HDLC needs all eight bits of a character, and has a check of its own (IEC 62056-46, 5.2.4).
  if (protocol != LineProtocol::Modbus) {
    const bool mode_c = protocol == LineProtocol::ModeC;
    for (const std::string_view key : {"parity", "data_bits", "stop_bits"}) {
      if (in.find(key, Need::Optional, {}) != nullptr) {
        in.contradicts(key, mode_c ? "none: mode C is always 7E1" : "none: DLMS is 8N1");
      }
    }
    return read_opening(in, serial, protocol);
  }
  in.word<Parity>("parity", serial.parity, parse_parity, "none, even or odd");
  in.number("data_bits", serial.data_bits, {7, 8});
  in.number("stop_bits", serial.stop_bits, {1, 2});
}

/// The word of the file; how it is framed follows from where the line is.
enum class Spoken : std::uint8_t { Modbus, Dlms, ModeC };

std::optional<Spoken> parse_spoken(std::string_view word) {
  if (word == "modbus") return Spoken::Modbus;
  if (word == "dlms") return Spoken::Dlms;
  if (word == "mode-c") return Spoken::ModeC;
  return std::nullopt;
}

std::optional<LineProtocol> parse_framing(std::string_view word) {
  if (word == "hdlc") return LineProtocol::DlmsHdlc;
  if (word == "wrapper") return LineProtocol::DlmsWrapper;
  return std::nullopt;
}

/// What of a line's table says where it is; a serial line has a device.
enum class Place : std::uint8_t { Serial, Host, Listen, Mqtt };

Place place_of(const TableReader& in) {
  if (in.has("host")) return Place::Host;
  if (in.has("listen")) return Place::Listen;
  return in.has("mqtt_root") ? Place::Mqtt : Place::Serial;
}

/// Before the rest: what is usual on the line depends on it.
void read_protocol(TableReader& in, Line& line, Place place) {
  const bool is_serial = place == Place::Serial;
  auto spoken = Spoken::Modbus;
  in.word<Spoken>("protocol", spoken, parse_spoken, "modbus, dlms or mode-c");
  if (spoken == Spoken::ModeC) {
    line.protocol = LineProtocol::ModeC;
    if (!is_serial) in.contradicts("protocol", "modbus or dlms here: mode C needs a device");
  }
  if (spoken != Spoken::Dlms) {
    if (place == Place::Listen || place == Place::Mqtt) {
      in.contradicts(place == Place::Listen ? "listen" : "mqtt_root",
                     "none, or protocol = \"dlms\"");
    }
    if (in.find("framing", Need::Optional, {}) != nullptr) {
      in.contradicts("framing", "none, or protocol = \"dlms\"");
    }
    return;
  }
  line.protocol = is_serial ? LineProtocol::DlmsHdlc : LineProtocol::DlmsWrapper;
  in.word<LineProtocol>("framing", line.protocol, parse_framing, "hdlc or wrapper");
  if (is_serial && line.protocol == LineProtocol::DlmsWrapper) {
    in.contradicts("framing", "hdlc on a serial line: the wrapper has no check sum");
  }
  const bool whole = place == Place::Listen || place == Place::Mqtt;
  if (whole && line.protocol == LineProtocol::DlmsHdlc) {
    in.contradicts("framing", "wrapper where meters dial in, and over MQTT");
  }
}

/// `10.0.0.1`, or what an IPv6 address is made of; whether this box has it shows when listening.
bool is_ip_address(std::string_view text) {
  if (text.find(':') != std::string_view::npos) {
    return text.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos &&
           std::ranges::count(text, ':') >= 2;
  }
  std::size_t parts = 0;
  for (std::size_t at = 0; at <= text.size(); ++parts) {
    const std::string_view part = text.substr(at, text.find('.', at) - at);
    int number = -1;
    const char* const end = part.data() + part.size();
    if (part.size() > 3 || std::from_chars(part.data(), end, number).ptr != end) return false;
    if (number < 0 || number > 255) return false;
    at += part.size() + 1;
  }
  return parts == 4;
}

DialIn read_dial_in(TableReader& in) {
  DialIn out;
  in.number("listen", out.port, {1, 65'535});
  in.text("listen_address", out.address);
  if (!is_ip_address(out.address)) {
    in.contradicts("listen_address", "an IP address of this box, or 0.0.0.0 or :: for all of them");
  }
  return out;
}

/// Two ways at once are none.
void judge_place(TableReader& in, Place place) {
  for (const auto& [key, own] : {std::pair{"device", Place::Serial},
                                 {"host", Place::Host},
                                 {"listen", Place::Listen},
                                 {"mqtt_root", Place::Mqtt}}) {
    if (place != own && in.find(key, Need::Optional, {}) != nullptr) {
      in.contradicts(key, "one of device, host, listen and mqtt_root");
    }
  }
}

constexpr std::chrono::milliseconds kProbe{1'000};
/// IEC 62056-21, 6.2.1: a meter has 1.5 s for its answer; adapters and modems add to it.
constexpr std::chrono::milliseconds kModeCAnswer{2'000};

void read_times(TableReader& in, Line& line) {
  if (line.is_dlms()) {
    // A modem network takes its time, and so do meters with a page of a profile.
    line.timeout_ceiling =
        std::chrono::seconds{std::holds_alternative<SerialLine>(line.access) ? 3 : 10};
    in.duration("answer_timeout_ms", line.timeout_ceiling, {50, 120'000});
    // What a meter that was silent gets when it is tried again: the others wait for it.
    line.timeout_floor = std::min<std::chrono::milliseconds>(line.timeout_ceiling, kProbe);
    return;
  }
  if (line.protocol == LineProtocol::ModeC) {
    line.timeout_ceiling = kModeCAnswer;
    in.duration("answer_timeout_ms", line.timeout_ceiling, {1'500, 60'000});
    // Nothing to be learnt: the standard's times hold for a meter however fast it was so far.
    line.timeout_floor = line.timeout_ceiling;
    return;
  }
  in.duration("timeout_floor_ms", line.timeout_floor, {5, 10'000});
  in.duration("timeout_ceiling_ms", line.timeout_ceiling, {20, 60'000});
  if (line.timeout_ceiling < line.timeout_floor) {
    in.contradicts("timeout_ceiling_ms", "at least timeout_floor_ms");
  }
}

}  // namespace

void read_root(TableReader& in, std::string_view key, std::string& root) {
  in.text(key, root);
  const bool is_root = !root.empty() && root.front() != '/' && root.back() != '/' &&
                       root.front() != '$' && root.find_first_of("+# ") == std::string::npos;
  if (!is_root) {
    in.contradicts(key, "a topic without wildcards, spaces and slashes at its ends");
  }
}

Line read_line(TableReader& in, const std::filesystem::path& base) {
  Line line;
  in.text("name", line.name, Need::Required);
  const Place place = place_of(in);
  read_protocol(in, line, place);
  judge_place(in, place);
  switch (place) {
    case Place::Host: {
      TcpEndpoint tcp;
      if (line.is_dlms()) tcp.port = 4'059;  // IEC 62056-47, 4.2
      in.text("host", tcp.host, Need::Required);
      in.number("port", tcp.port, {1, 65'535});
      line.access = tcp;
      break;
    }
    case Place::Listen:
      line.access = read_dial_in(in);
      break;
    case Place::Mqtt: {
      MqttTopics topics;
      read_root(in, "mqtt_root", topics.root);
      line.access = topics;
      break;
    }
    case Place::Serial: {
      SerialLine serial;
      if (line.protocol != LineProtocol::Modbus) serial.parity = Parity::None;
      read_serial(in, serial, base, line.protocol);
      line.access = serial;
      break;
    }
  }
  read_times(in, line);
  in.finish();
  return line;
}

Broker read_broker(TableReader& in, const std::filesystem::path& base) {
  Broker broker;
  in.text("host", broker.host);
  in.number("port", broker.port, {1, 65'535});
  in.text("username", broker.username);
  in.path("password_file", broker.password_file, base);
  in.text("client_id", broker.client_id);
  in.duration("keep_alive_s", broker.keep_alive, {5, 3'600});
  in.duration("reconnect_min_ms", broker.reconnect_min, {50, 600'000});
  in.duration("reconnect_max_ms", broker.reconnect_max, {50, 3'600'000});
  if (broker.reconnect_max < broker.reconnect_min) {
    in.contradicts("reconnect_max_ms", "at least reconnect_min_ms");
  }
  if (auto tls = in.table("tls")) {
    Tls files;
    tls->path("ca_file", files.ca_file, base, Need::Required);
    tls->path("certificate_file", files.certificate_file, base);
    tls->path("key_file", files.key_file, base);
    if (files.certificate_file.empty() != files.key_file.empty()) {
      tls->missing(files.key_file.empty() ? "key_file" : "certificate_file",
                   "a certificate goes with its key");
    }
    tls->flag("check_revoked", broker.check_revoked);
    tls->finish();
    broker.tls = files;
  }
  in.flag("allow_plaintext", broker.allow_plaintext);
  if (!broker.tls && !broker.allow_plaintext && !is_loopback(broker.host)) {
    in.contradicts("host", "a loopback address, a [tls] table, or allow_plaintext = true");
  }
  in.finish();
  return broker;
}

}  // namespace metergate::config
