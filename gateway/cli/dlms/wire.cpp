// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/dlms/wire.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "gateway/cli/exit_codes.hpp"

namespace metergate::cli {
namespace {

CliError failed(const std::string& what, int error = errno) {
  return {kUnavailable, what + ": " + std::error_code{error, std::generic_category()}.message()};
}

speed_t speed_of(std::uint32_t baud) {
  constexpr std::array<std::pair<std::uint32_t, speed_t>, 10> kSpeeds{{{300, B300},
                                                                       {600, B600},
                                                                       {1'200, B1200},
                                                                       {2'400, B2400},
                                                                       {4'800, B4800},
                                                                       {9'600, B9600},
                                                                       {19'200, B19200},
                                                                       {38'400, B38400},
                                                                       {57'600, B57600},
                                                                       {115'200, B115200}}};
  const auto* found = std::ranges::find(kSpeeds, baud, &std::pair<std::uint32_t, speed_t>::first);
  return found == kSpeeds.end() ? B0 : found->second;
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

}  // namespace

CliResult<DlmsWire> DlmsWire::connect(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return failure(CliError{kUnavailable, "no host is called " + host});
  }
  const std::unique_ptr<addrinfo, FreeAddresses> list{found};
  int error = 0;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    DlmsWire wire{::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol)};
    if (wire.descriptor_ < 0 || ::connect(wire.descriptor_, one->ai_addr, one->ai_addrlen) != 0) {
      error = errno;
      continue;
    }
    const int yes = 1;
    ::setsockopt(wire.descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return wire;
  }
  return failure(failed(host + ":" + std::to_string(port), error));
}

CliResult<DlmsWire> DlmsWire::open(const std::string& device, std::uint32_t baud) {
  const speed_t speed = speed_of(baud);
  if (speed == B0) {
    return failure(CliError{
        kUsage, "baud " + std::to_string(baud) + ": must be 300, 600, 1200, ... 57600 or 115200"});
  }
  DlmsWire wire{::open(device.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)};
  if (wire.descriptor_ < 0) return failure(failed(device));
  // What root may open all the same: a gateway keeps its lines with a lock.
  if (::flock(wire.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    return failure(CliError{kUnavailable, device + ": another process holds the device"});
  }
  if (::ioctl(wire.descriptor_, TIOCEXCL) != 0) return failure(failed(device));
  termios settings{};
  if (::tcgetattr(wire.descriptor_, &settings) != 0) return failure(failed(device));
  ::cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL | CREAD;
  ::cfsetspeed(&settings, speed);
  if (::tcsetattr(wire.descriptor_, TCSANOW, &settings) != 0) return failure(failed(device));
  ::tcflush(wire.descriptor_, TCIOFLUSH);
  return wire;
}

DlmsWire::DlmsWire(DlmsWire&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}

DlmsWire::~DlmsWire() {
  if (descriptor_ < 0) return;
  ::ioctl(descriptor_, TIOCNXCL);
  ::close(descriptor_);
}

bool DlmsWire::write(OctetView octets) {
  while (!octets.empty()) {
    const ssize_t written = ::write(descriptor_, octets.data(), octets.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    octets = octets.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

DlmsWire::Heard DlmsWire::read(Octets& into, std::chrono::steady_clock::time_point until) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  pollfd source{descriptor_, POLLIN, 0};
  const int ready = ::poll(&source, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  if (ready == 0 || (ready < 0 && errno == EINTR)) return Heard::Nothing;
  std::array<std::uint8_t, 4'096> buffer;
  const ssize_t got = ready < 0 ? -1 : ::read(descriptor_, buffer.data(), buffer.size());
  if (got <= 0) return Heard::Gone;
  into.assign(buffer.begin(), buffer.begin() + got);
  return Heard::Octets;
}

}  // namespace metergate::cli
