// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace metergate {

/// The socket of the system's log (syslog(3), RFC 3164 as it is spoken on one box):
/// systemd-journald or rsyslog listens there. Never waits.
class SyslogSocket {
 public:
  explicit SyslogSocket(std::filesystem::path path) : path_{std::move(path)} {}
  ~SyslogSocket();
  SyslogSocket(const SyslogSocket&) = delete;
  SyslogSocket& operator=(const SyslogSocket&) = delete;

  /// One line under `authpriv.notice`. False: nobody listens, or has no room now; try again later.
  [[nodiscard]] bool send(std::string_view line);

 private:
  [[nodiscard]] bool connect();

  std::filesystem::path path_;
  int socket_ = -1;
};

}  // namespace metergate
