// SPDX-License-Identifier: Apache-2.0
#include "config/read_links.hpp"

#include <algorithm>
#include <array>

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

void read_serial(TableReader& in, SerialLine& serial, const std::filesystem::path& base) {
  in.path("device", serial.device, base, Need::Required);
  constexpr std::array<std::int64_t, 9> kBauds{300,   600,    1'200,  2'400, 4'800,
                                               9'600, 19'200, 38'400, 57'600};
  in.number("baud", serial.baud, {300, 230'400});
  const bool usual = std::ranges::find(kBauds, serial.baud) != kBauds.end() ||
                     serial.baud == 115'200 || serial.baud == 230'400;
  if (!usual)
    in.contradicts("baud",
                   "300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200 or 230400");
  in.word<Parity>("parity", serial.parity, parse_parity, "none, even or odd");
  in.number("data_bits", serial.data_bits, {7, 8});
  in.number("stop_bits", serial.stop_bits, {1, 2});
}

}  // namespace

Line read_line(TableReader& in, const std::filesystem::path& base) {
  Line line;
  in.text("name", line.name, Need::Required);
  if (in.has("host")) {
    ModbusTcp tcp;
    in.text("host", tcp.host, Need::Required);
    in.number("port", tcp.port, {1, 65'535});
    std::filesystem::path device;
    in.path("device", device, base);
    if (in.has("device")) in.contradicts("device", "either device or host");
    line.access = tcp;
  } else {
    SerialLine serial;
    read_serial(in, serial, base);
    line.access = serial;
  }
  in.duration("timeout_floor_ms", line.timeout_floor, {5, 10'000});
  in.duration("timeout_ceiling_ms", line.timeout_ceiling, {20, 60'000});
  if (line.timeout_ceiling < line.timeout_floor) {
    in.contradicts("timeout_ceiling_ms", "at least timeout_floor_ms");
  }
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
