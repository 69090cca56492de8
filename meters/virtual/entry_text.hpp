// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meters/event_log.hpp"
#include "meters/virtual/state_text.hpp"

/// An entry of an event log in the saved state; which log it is of stands before it.
namespace metergate::virtual_meter {

inline void write_entry(StateWriter& out, const LogEntry& entry) {
  out.number(entry.sequence);
  out.time(entry.meter_time);
  out.number(entry.raw_code);
  out.number(entry.cause);
  out.number(entry.detail);
}

inline LogEntry read_entry(StateReader& in, LogId log) {
  LogEntry entry;
  entry.log = log;
  entry.sequence = in.number<std::uint32_t>();
  entry.meter_time = in.time();
  entry.raw_code = in.number<std::uint16_t>();
  entry.code = static_cast<EventCode>(entry.raw_code);
  entry.cause = in.number<std::uint16_t>();
  entry.detail = in.number<std::uint32_t>();
  return entry;
}

}  // namespace metergate::virtual_meter
