// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "tests/support/temporary_directory.hpp"

namespace metergate::test {

/// A port nobody listens on now.
[[nodiscard]] inline std::uint16_t free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  // The socket calls take every address family behind one pointer type.
  auto* any = reinterpret_cast<sockaddr*>(&address);
  const bool bound =
      probe >= 0 && ::bind(probe, any, length) == 0 && ::getsockname(probe, any, &length) == 0;
  if (probe >= 0) ::close(probe);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

/// The real broker on a free port of the loopback address, with a configuration of its own in a
/// temporary directory; killed when the object goes. It keeps its sessions in that directory, so
/// that `kill()` and `start()` are a broker's restart.
class Mosquitto {
 public:
  struct Options {
    std::string extra_lines;  ///< appended to the configuration; `{dir}` is replaced
    bool anonymous = true;
    std::string configuration;  ///< instead of ours; `{dir}` and `{port}` are replaced
  };

  Mosquitto() : Mosquitto(Options{}) {}
  explicit Mosquitto(Options options) : options_{std::move(options)}, port_{free_port()} {
    write_configuration();
    start();
  }
  ~Mosquitto() { kill(); }
  Mosquitto(const Mosquitto&) = delete;
  Mosquitto& operator=(const Mosquitto&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }
  /// What the broker printed.
  [[nodiscard]] std::string log() const {
    std::ifstream file{directory() / "mosquitto.log"};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  void start() {
    process_ = ::fork();
    if (process_ == 0) {
      const int out =
          ::open((directory() / "mosquitto.log").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
      ::dup2(out, STDOUT_FILENO);
      ::dup2(out, STDERR_FILENO);
      const std::string file = (directory() / "mosquitto.conf").string();
      ::execlp("mosquitto", "mosquitto", "-v", "-c", file.c_str(), static_cast<char*>(nullptr));
      ::execl("/usr/sbin/mosquitto", "mosquitto", "-v", "-c", file.c_str(),
              static_cast<char*>(nullptr));
      ::_exit(127);
    }
    wait_until_it_listens();
  }
  /// SIGKILL: what a power cut does to it.
  void kill() { end(SIGKILL); }
  /// SIGTERM: it writes its sessions down.
  void terminate() { end(SIGTERM); }
  void freeze() const { ::kill(process_, SIGSTOP); }
  void thaw() const { ::kill(process_, SIGCONT); }

 private:
  void end(int signal) {
    if (process_ <= 0) return;
    ::kill(process_, SIGCONT);
    ::kill(process_, signal);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }

  void write_configuration() const {
    std::string text = options_.configuration;
    if (text.empty()) {
      text =
          "listener {port} 127.0.0.1\n"
          "set_tcp_nodelay true\n"
          "persistence true\npersistence_location {dir}/\n"
          "autosave_on_changes true\nautosave_interval 1\n"
          "max_queued_messages 10000\n";
      text += options_.anonymous ? "allow_anonymous true\n" : "allow_anonymous false\n";
      text += options_.extra_lines;
    }
    replace(text, "{dir}", directory().string());
    replace(text, "{port}", std::to_string(port_));
    // Without this line a broker started by root gives its rights and the directory's away.
    if (::geteuid() == 0 && text.find("\nuser ") == std::string::npos) text += "\nuser root\n";
    std::ofstream{directory() / "mosquitto.conf"} << text;
  }

  static void replace(std::string& text, const std::string& what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size())) {
      text.replace(at, what.size(), with);
    }
  }

  void wait_until_it_listens() {
    using namespace std::chrono_literals;
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < deadline) {
      if (::waitpid(process_, nullptr, WNOHANG) == process_) {
        process_ = -1;
        throw std::runtime_error("mosquitto ended at once: " + log());
      }
      const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      address.sin_port = htons(port_);
      const bool open =
          ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
      ::close(probe);
      if (open) return;
      std::this_thread::sleep_for(10ms);
    }
    throw std::runtime_error("mosquitto did not listen: " + log());
  }

  Options options_;
  TemporaryDirectory directory_;
  std::uint16_t port_;
  pid_t process_ = -1;
};

}  // namespace metergate::test
