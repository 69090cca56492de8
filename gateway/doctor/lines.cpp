// SPDX-License-Identifier: Apache-2.0
#include "gateway/doctor/lines.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <system_error>

#include "gateway/links/tcp_probe.hpp"

namespace metergate::doctor {
namespace {

namespace fs = std::filesystem;

/// An FTDI adapter hands octets on when its buffer is full or after so long; 16 ms is its default,
/// and costs each exchange as much.
constexpr int kShortLatency_ms = 2;

std::string group_of(const fs::path& device) {
  struct stat status {};
  if (::stat(device.c_str(), &status) != 0) return {};
  const group* found = getgrgid(status.st_gid);
  return found == nullptr ? std::to_string(status.st_gid) : std::string{found->gr_name};
}

std::optional<int> latency_ms(const fs::path& tty_class, const std::string& name) {
  std::ifstream in{tty_class / name / "device" / "latency_timer"};
  int value = 0;
  return in >> value ? std::optional{value} : std::nullopt;
}

Findings look_at_serial(const std::string& subject, const config::SerialLine& line,
                        const SerialSystem& system) {
  const std::string device = line.device.string();
  std::error_code failed;
  const fs::file_status status = fs::status(line.device, failed);
  if (!fs::exists(status)) {
    return {{Verdict::Fail, subject, device + " is not there",
             "Plug the adapter in; `ls -l /dev/serial/by-id` names those that are there."}};
  }
  if (!fs::is_character_file(status)) {
    return {{Verdict::Fail, subject, device + " is no serial device",
             "Name the adapter's device, best the one below /dev/serial/by-id."}};
  }
  // Without waiting for a carrier, and without becoming its terminal.
  const int descriptor = ::open(line.device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) {
    const int why = errno;
    const std::string advice =
        why == EACCES ? fmt::format("adduser metergate {}; systemctl restart metergate",
                                    group_of(line.device))
                      : std::string{"See `dmesg` for what the adapter says of itself."};
    return {{Verdict::Fail, subject,
             fmt::format("{} cannot be opened: {}", device, std::strerror(why)), advice}};
  }
  const bool is_terminal = ::isatty(descriptor) == 1;
  ::close(descriptor);
  if (!is_terminal) {
    return {{Verdict::Fail, subject, device + " is no serial device",
             "Name the adapter's device, best the one below /dev/serial/by-id."}};
  }
  Findings out{{Verdict::Ok, subject, fmt::format("{} can be used", device), {}}};
  const fs::path real = fs::canonical(line.device, failed);
  const std::string name = failed ? std::string{} : real.filename().string();
  if (const auto latency = latency_ms(system.tty_class, name);
      latency && *latency > kShortLatency_ms) {
    const std::string file = (system.tty_class / name / "device" / "latency_timer").string();
    out.push_back(
        {Verdict::Warn, subject,
         fmt::format("the adapter keeps octets back for {} ms, once an exchange", *latency),
         fmt::format("echo 1 > {}; for good with a udev rule: SUBSYSTEM==\"usb-serial\", "
                     "DRIVER==\"ftdi_sio\", ATTR{{latency_timer}}=\"1\"",
                     file)});
  }
  if (device == "/dev/" + name && name.starts_with("ttyUSB")) {
    out.push_back({Verdict::Warn, subject,
                   fmt::format("{} may be another adapter after the next start", device),
                   "Name its link below /dev/serial/by-id instead."});
  }
  return out;
}

}  // namespace

Findings look_at_line(const config::Line& line, const SerialSystem& system) {
  const std::string subject = "line " + line.name;
  if (const auto* serial = std::get_if<config::SerialLine>(&line.access)) {
    return look_at_serial(subject, *serial, system);
  }
  if (const auto* dial_in = std::get_if<config::DialIn>(&line.access)) {
    return {{Verdict::Ok,
             subject,
             fmt::format("meters dial in to {}:{}; whether they reach it shows their own log",
                         dial_in->address, dial_in->port),
             {}}};
  }
  if (const auto* topics = std::get_if<config::MqttTopics>(&line.access)) {
    return {{Verdict::Ok,
             subject,
             fmt::format("topics below {} at the broker of [mqtt_meters]", topics->root),
             {}}};
  }
  const auto& tcp = std::get<config::TcpEndpoint>(line.access);
  const std::string where = fmt::format("{}:{}", tcp.host, tcp.port);
  const auto connection = TcpProbe::open(tcp.host, tcp.port);
  if (!connection) {
    return {{Verdict::Fail, subject, fmt::format("{}: {}", where, connection.error()),
             "Is what stands there powered, and is this its address and port?"}};
  }
  return {{Verdict::Ok, subject, where + " takes connections", {}}};
}

}  // namespace metergate::doctor
