// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/box/systemd_notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace metergate::runtime {
namespace {

Told tell(std::string_view state) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr) return Told::NoOneListens;
  const std::size_t length = std::strlen(path);
  sockaddr_un address{};
  // A path, or a name in the abstract space written with `@` for its leading NUL.
  if (length < 2 || length >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@')) {
    return Told::NoOneListens;
  }
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, length);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';

  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return Told::NoOneListens;
  const auto address_length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  const ssize_t sent = sendto(socket, state.data(), state.size(), MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(&address), address_length);
  close(socket);
  return sent == static_cast<ssize_t>(state.size()) ? Told::Yes : Told::NoOneListens;
}

/// One line: a line feed would begin another assignment.
std::string status_line(std::string_view status) {
  std::string out = "STATUS=";
  std::ranges::transform(status, std::back_inserter(out),
                         [](char c) { return static_cast<unsigned char>(c) < 0x20 ? ' ' : c; });
  return out;
}

std::optional<std::uint64_t> number_in(const char* variable) {
  const char* const text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  std::uint64_t value = 0;
  const char* const end = text + std::strlen(text);
  const auto [stopped, error] = std::from_chars(text, end, value);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

}  // namespace

Told notify_ready(std::string_view status) { return tell("READY=1\n" + status_line(status)); }

Told notify_reloading() {
  // Type=notify-reload wants the monotonic time beside it (sd_notify(3)).
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto micros = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000U +
                      static_cast<std::uint64_t>(now.tv_nsec) / 1'000U;
  return tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(micros));
}

Told notify_stopping() { return tell("STOPPING=1"); }
Told notify_status(std::string_view status) { return tell(status_line(status)); }
Told notify_watchdog() { return tell("WATCHDOG=1"); }

std::optional<std::chrono::microseconds> watchdog_limit() {
  const auto micros = number_in("WATCHDOG_USEC");
  if (!micros || *micros == 0) return std::nullopt;
  const auto meant_for = number_in("WATCHDOG_PID");
  if (meant_for && *meant_for != static_cast<std::uint64_t>(getpid())) return std::nullopt;
  return std::chrono::microseconds{*micros};
}

}  // namespace metergate::runtime
