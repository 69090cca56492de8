// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/tcp_probe.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace metergate {
namespace {

constexpr std::chrono::milliseconds kConnectWithin{3'000};

struct Free {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

bool ready(int descriptor, short events, std::chrono::milliseconds within) {
  pollfd one{descriptor, events, 0};
  return ::poll(&one, 1, static_cast<int>(within.count())) == 1;
}

/// 0, or why not.
int connect_to(int descriptor, const addrinfo& address) {
  if (::connect(descriptor, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!ready(descriptor, POLLOUT, kConnectWithin)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

Result<TcpProbe, std::string> TcpProbe::open(const std::string& host, std::uint16_t port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int unknown = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (unknown != 0) return failure(std::string{"the name is not known: "} + gai_strerror(unknown));
  const std::unique_ptr<addrinfo, Free> list{found};
  int why = ECONNREFUSED;
  for (const addrinfo* one = list.get(); one != nullptr; one = one->ai_next) {
    OwnedDescriptor socket{
        ::socket(one->ai_family, one->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!socket.is_open()) continue;
    why = connect_to(socket.get(), *one);
    if (why == 0) return TcpProbe{std::move(socket)};
  }
  return failure(std::string{std::strerror(why)});
}

bool TcpProbe::send(OctetView octets) const {
  while (!octets.empty()) {
    const ssize_t sent = ::send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      octets = octets.subspan(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN || !ready(socket_.get(), POLLOUT, kConnectWithin)) {
      return false;
    }
  }
  return true;
}

std::optional<Octets> TcpProbe::receive(std::chrono::milliseconds within) const {
  if (!ready(socket_.get(), POLLIN, within)) return std::nullopt;
  std::array<std::uint8_t, 4096> buffer{};
  const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (size <= 0) return Octets{};
  return Octets(buffer.begin(), buffer.begin() + size);
}

}  // namespace metergate
