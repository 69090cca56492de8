// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/syslog_socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <utility>

namespace metergate {
namespace {

constexpr int kAuthprivNotice = 10 * 8 + 5;  // RFC 3164, 4.1.1

}  // namespace

SyslogSocket::~SyslogSocket() {
  if (socket_ >= 0) ::close(socket_);
}

bool SyslogSocket::connect() {
  const std::string& path = path_.native();
  sockaddr_un address{};
  if (path.size() >= sizeof address.sun_path) return false;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  return socket_ >= 0 &&
         ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool SyslogSocket::send(std::string_view line) {
  std::string text =
      '<' + std::to_string(kAuthprivNotice) + ">metergate[" + std::to_string(::getpid()) + "]: ";
  text += line;
  // Twice: whoever listened may have been started anew since.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if ((socket_ >= 0 || connect()) && ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) ==
                                           static_cast<ssize_t>(text.size())) {
      return true;
    }
    if (const int used = std::exchange(socket_, -1); used >= 0) ::close(used);
  }
  return false;
}

}  // namespace metergate
