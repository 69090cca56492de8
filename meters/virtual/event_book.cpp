// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/event_book.hpp"

namespace metergate::virtual_meter {

void EventBook::write(LogId log, EventCode code, UtcSeconds meter_time, std::uint16_t cause,
                      std::uint32_t detail) {
  LogEntry entry;
  entry.log = log;
  entry.sequence = last_sequence(log) + 1;
  entry.meter_time = meter_time;
  entry.code = code;
  entry.raw_code = static_cast<std::uint16_t>(code);
  entry.cause = cause;
  entry.detail = detail;
  auto& entries = of(log);
  if (entries.size() == kDepth) entries.erase(entries.begin());
  entries.push_back(entry);
}

std::uint32_t EventBook::last_sequence(LogId log) const {
  // An entry is only ever pushed out by a newer one: an empty log was never written to, or purged.
  return entries(log).empty() ? 0 : entries(log).back().sequence;
}

}  // namespace metergate::virtual_meter
