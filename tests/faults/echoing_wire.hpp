// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <random>
#include <stdexcept>
#include <thread>

#include "gateway/sim/street/stop_event.hpp"
#include "gateway/sim/wire/pseudo_terminal.hpp"

namespace metergate::test {

/// An RS-485 adapter that hears itself, between a master and a line: what the master sends comes
/// back to it at once, before any answer, of so many requests in a thousand.
class EchoingWire {
 public:
  EchoingWire(const std::filesystem::path& line, std::uint64_t seed)
      : chance_{seed},
        line_{opened(line)},
        master_{taken(sim::PseudoTerminal::open())},
        stop_{taken(sim::StopEvent::open())},
        thread_{[this] { run(); }} {}
  ~EchoingWire() {
    stop_.raise();
    thread_.join();
  }
  EchoingWire(const EchoingWire&) = delete;
  EchoingWire& operator=(const EchoingWire&) = delete;

  /// What the master opens.
  [[nodiscard]] const std::filesystem::path& device() const { return master_.device(); }
  void echo(unsigned per_mille) { per_mille_ = per_mille; }
  [[nodiscard]] std::uint64_t echoed() const { return echoed_; }

 private:
  static sim::Descriptor opened(const std::filesystem::path& line) {
    sim::Descriptor end{::open(line.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)};
    if (!end) throw std::runtime_error("cannot open " + line.string());
    return end;
  }

  template <typename What>
  static What taken(Result<What, std::string> what) {
    if (!what) throw std::runtime_error(what.error());
    return std::move(*what);
  }

  void run() {
    std::array<pollfd, 3> ends{pollfd{master_.far_end(), POLLIN, 0}, pollfd{line_.get(), POLLIN, 0},
                               pollfd{stop_.descriptor(), POLLIN, 0}};
    while (::poll(ends.data(), ends.size(), -1) > 0 && ends[2].revents == 0) {
      if (ends[0].revents != 0) from_master();
      if (ends[1].revents != 0) hand_on(line_.get(), master_.far_end());
    }
  }

  /// A request comes in one piece: libmodbus writes it so.
  void from_master() {
    const OctetView request = hand_on(master_.far_end(), line_.get());
    if (request.empty() || chance_() % 1'000 >= per_mille_) return;
    ++echoed_;
    write_all(master_.far_end(), request);
  }

  OctetView hand_on(int from, int to) {
    const ssize_t got = ::read(from, buffer_.data(), buffer_.size());
    if (got <= 0) return {};
    const OctetView octets{buffer_.data(), static_cast<std::size_t>(got)};
    write_all(to, octets);
    return octets;
  }

  static void write_all(int to, OctetView octets) {
    // A terminal takes some thousand octets before it takes none.
    if (::write(to, octets.data(), octets.size()) != static_cast<ssize_t>(octets.size())) {
      std::terminate();
    }
  }

  std::mt19937_64 chance_;
  std::array<std::uint8_t, 512> buffer_{};
  sim::Descriptor line_;
  sim::PseudoTerminal master_;
  sim::StopEvent stop_;
  std::atomic<unsigned> per_mille_{0};
  std::atomic<std::uint64_t> echoed_{0};
  std::thread thread_;
};

}  // namespace metergate::test
