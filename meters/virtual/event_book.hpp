// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "meters/event_log.hpp"

namespace metergate::virtual_meter {

/// The meter's ten logs: first in, first out, each with its own running number that never restarts.
class EventBook {
 public:
  /// Entries a log holds; the public documents give no depth (utrn-and-premier.md 1.3).
  static constexpr std::size_t kDepth = 1'000;

  void write(LogId log, EventCode code, UtcSeconds meter_time, std::uint16_t cause,
             std::uint32_t detail);
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
