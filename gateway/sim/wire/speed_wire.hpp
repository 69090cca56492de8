// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <utility>

#include "gateway/sim/wire/line.hpp"
#include "gateway/sim/wire/pseudo_terminal.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::sim {

/// Octets that leave a line whose speed changes, each at its time and at the speed of then. What
/// the other end hears at another speed is noise.
class SpeedWire {
 public:
  using Clock = std::chrono::steady_clock;

  SpeedWire(const PseudoTerminal& terminal, WireSettings settings)
      : terminal_{terminal}, settings_{std::move(settings)} {}

  /// Behind what leaves already, and not before `earliest`; nothing of it is paced unless the line
  /// is.
  void send(OctetView octets, std::uint32_t baud, Clock::time_point earliest);
  /// All at once and at that time; without a speed they are heard at any.
  void leave(Octets octets, Clock::time_point due, std::optional<std::uint32_t> baud);
  /// Hands over what is due.
  void hand_over(Clock::time_point now);
  [[nodiscard]] std::optional<Clock::time_point> next() const;
  [[nodiscard]] bool is_quiet() const { return leaving_.empty(); }

 private:
  struct Handover {
    Clock::time_point due;
    std::optional<std::uint32_t> baud;
    Octets octets;
  };

  const PseudoTerminal& terminal_;
  WireSettings settings_;
  std::deque<Handover> leaving_;
};

}  // namespace metergate::sim
