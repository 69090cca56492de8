// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meters/time.hpp"

namespace metergate {

/// A line of the engineer's journal, kept in the store so that `tail` can follow it.
struct JournalRow {
  std::int64_t id = 0;
  UtcTime at;
  std::string level;  ///< `debug`, `info`, `warning`, `error`
  std::string event;  ///< catalogue id: `MG0101`
  std::string meter;  ///< empty when it concerns the box
  std::string log;    ///< the meter log's word when the line repeats a log entry
  std::string text;
  std::string fields_json;
};

struct JournalFilter {
  std::string meter;
  std::string log;
  std::vector<std::string> levels;
  std::optional<UtcTime> since;
  std::int64_t after_id = 0;
  std::size_t limit = 1000;
};

}  // namespace metergate
