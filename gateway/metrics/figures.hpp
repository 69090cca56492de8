// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace metergate::metrics {

struct LinkFigures {
  std::optional<bool> up;  ///< of a line: whether its device is there; empty: not told yet
  std::chrono::steady_clock::duration busy{0};  ///< since the start, requests were out on it
  std::size_t waiting = 0;      ///< operations that wait for the wire or for their meter
  std::size_t concurrency = 1;  ///< requests it can have out at once
};

/// The state of the box at one moment, as the loop saw it: what a gauge shows until the next look.
struct Figures {
  std::map<std::string, std::size_t> meters;  ///< by the word of their session's state
  std::map<std::string, LinkFigures> links;
  std::size_t live_commands = 0;
  std::size_t outbox_messages = 0;
  std::size_t outbox_data_days = 0;
  std::chrono::seconds outbox_not_empty_for{0};
  bool ledger_writable = true;
  bool north_connected = false;
  std::uintmax_t store_octets = 0;
  std::uintmax_t wal_octets = 0;
  std::uintmax_t disk_free_octets = 0;
  std::size_t meters_with_drift = 0;  ///< whose clock is off by more than their schedule allows
  std::chrono::milliseconds greatest_clock_offset{0};  ///< of all meters, without its sign
};

}  // namespace metergate::metrics
