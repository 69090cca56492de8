// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "meters/event_log.hpp"
#include "meters/load_profile.hpp"
#include "meters/reading.hpp"

namespace metergate {

/// What a meter said unasked, as facts. Nothing of it is stored yet, nor shown to be the meter's.
struct Pushed {
  std::string serial;  ///< as which it names itself; empty where it does not
  RegisterReading registers;
  std::vector<ProfileInterval> intervals;
  std::vector<DailySnapshot> days;
  std::vector<LogEntry> entries;
  /// What has no place above: which object, and why.
  std::vector<std::string> left;

  [[nodiscard]] bool has_values() const {
    return !registers.values.empty() || !intervals.empty() || !days.empty() || !entries.empty();
  }
};

/// Why nothing can be made of it.
struct PushUnread {
  enum class Reason : std::uint8_t {
    Unnamed,  ///< nothing says what its values are: it is news, no more
    BadShape  ///< it contradicts itself, or is cut off
  };
  Reason reason = Reason::Unnamed;
  std::string what;  ///< a sentence
};

}  // namespace metergate
