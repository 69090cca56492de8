// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "protocols/modbus/line_timing.hpp"

namespace metergate::sim {

using WireTime = std::chrono::steady_clock::time_point;
using WireDuration = std::chrono::nanoseconds;

/// How an emulated RS-485 line behaves.
struct WireSettings {
  std::uint32_t baud = 9600;
  bool paced = true;        ///< false: octets take no time and no silence is asked for
  double time_scale = 1.0;  ///< 20: everything on this line is twenty times as fast
  std::chrono::milliseconds turn_round{10};
  std::size_t block_octets = 8;  ///< the receiver's FIFO hands octets on in such blocks
  /// A USB adapter hands on what it has only when 62 octets have gathered or so much time has
  /// passed; 0 = no such adapter.
  std::chrono::milliseconds latency_timer{0};
  bool echo = false;  ///< a two-wire adapter that hears itself
  /// Waits awake for what is due within moments, so that octets come to a few microseconds and not
  /// as late as the machine wakes up; takes a share of a core. For measuring.
  bool exact = false;
  /// Gets a line for each request: when its first octet came (ns of the monotonic clock), address,
  /// function code and, in hexadecimal, the four octets after it. Empty: none.
  std::filesystem::path request_log{};
};

/// The line's times after the settings; pure.
class WireTiming {
 public:
  explicit WireTiming(const WireSettings& settings);

  [[nodiscard]] WireDuration characters(std::size_t count) const;
  [[nodiscard]] WireDuration silence() const { return silence_; }
  /// The silence after which what has arrived is taken for a whole request.
  [[nodiscard]] WireDuration frame_end() const {
    return silence_.count() > 0 ? silence_ : kUnpacedFrameEnd;
  }
  [[nodiscard]] WireDuration longest_gap() const { return longest_gap_; }
  /// From a request's end to its answer's begin: never less than the silence that ends the request.
  [[nodiscard]] WireDuration turn_round() const { return turn_round_; }
  [[nodiscard]] WireDuration scaled(WireDuration real) const;

  struct Handover {
    WireTime at;            ///< when the master's driver gets ...
    std::size_t up_to = 0;  ///< ... the octets before this one
  };
  /// When the octets of a transmission that begins at `start` reach the master.
  [[nodiscard]] std::vector<Handover> handovers(std::size_t octets, WireTime start) const;

 private:
  static constexpr WireDuration kUnpacedFrameEnd = std::chrono::milliseconds{20};

  modbus::LineTiming line_;
  bool paced_;
  double scale_;
  std::size_t block_;
  WireDuration silence_;
  WireDuration longest_gap_;
  WireDuration turn_round_;
  WireDuration latency_;
};

/// What has passed over the line since it was opened or the counters were cleared.
struct WireStatistics {
  std::uint64_t requests = 0;  ///< whole frames with a good check sum
  std::uint64_t answers = 0;
  std::uint64_t unanswered = 0;      ///< nobody there, silent, lost on purpose
  std::uint64_t broken = 0;          ///< requests with a bad check sum or cut short
  std::uint64_t collisions = 0;      ///< octets sent while a meter was sending
  std::uint64_t early_requests = 0;  ///< began before 3.5 characters of silence had passed
  std::uint64_t gaps = 0;            ///< more than 1.5 characters of pause within a request
  std::uint64_t octets_in = 0;
  std::uint64_t octets_out = 0;
  WireDuration busy{0};      ///< time with bits on the wire
  WireDuration observed{0};  ///< time since the counters were cleared
};

}  // namespace metergate::sim
