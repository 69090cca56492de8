// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "meters/event_log.hpp"

namespace metergate::virtual_meter {

/// The meter's ten logs: first in, first out, each with its own running number. A change of tenancy
/// may purge a log; its numbers begin again at 1 then.
class EventBook {
 public:
  /// Entries a log holds; the public documents give no depth (utrn-and-premier.md 1.3).
  static constexpr std::size_t kDepth = 1'000;

  void write(LogId log, EventCode code, UtcSeconds meter_time, std::uint16_t cause,
             std::uint32_t detail);
  /// Takes out what `goes(entry)` says; what stays is numbered from 1. Returns what went.
  template <typename Goes>
  std::vector<LogEntry> purge(LogId log, Goes goes) {
    std::vector<LogEntry> gone;
    std::vector<LogEntry> stays;
    for (LogEntry& entry : of(log)) {
      if (goes(entry)) {
        gone.push_back(entry);
        continue;
      }
      entry.sequence = static_cast<std::uint32_t>(stays.size() + 1);
      stays.push_back(entry);
    }
    of(log) = std::move(stays);
    return gone;
  }
  /// An entry as it was saved.
  void restore(const LogEntry& entry) { of(entry.log).push_back(entry); }

  [[nodiscard]] const std::vector<LogEntry>& entries(LogId log) const {
    return logs_[static_cast<std::size_t>(log) - 1];
  }
  [[nodiscard]] std::uint32_t last_sequence(LogId log) const;

 private:
  [[nodiscard]] std::vector<LogEntry>& of(LogId log) {
    return logs_[static_cast<std::size_t>(log) - 1];
  }

  std::array<std::vector<LogEntry>, kAllLogs.size()> logs_;
};

}  // namespace metergate::virtual_meter
