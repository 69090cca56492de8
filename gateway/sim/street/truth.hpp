// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "gateway/sim/wire/line.hpp"
#include "meters/virtual/virtual_meter.hpp"

/// What the simulator knows, as JSON for the control channel.
namespace metergate::sim {

/// State at a glance.
[[nodiscard]] boost::json::object summary_of(const virtual_meter::VirtualMeter& meter,
                                             UtcSeconds now);
/// The same with tariffs, billing snapshots, changes that wait and changes that came into force.
[[nodiscard]] boost::json::object changes_of(const virtual_meter::VirtualMeter& meter,
                                             UtcSeconds now);
/// What purges took away; empty unless the meter keeps it (Settings::keep_truth).
[[nodiscard]] boost::json::object purged_of(const virtual_meter::VirtualMeter& meter);
/// `[start, [value, ...], marks]`, short because there are thousands.
[[nodiscard]] boost::json::array captured_row(std::string start, const IntervalValues& values);
[[nodiscard]] boost::json::object log_row(const LogEntry& entry);
/// Everything: orders with their tokens, intervals, snapshots, logs.
[[nodiscard]] boost::json::object truth_of(const virtual_meter::VirtualMeter& meter,
                                           UtcSeconds now);
[[nodiscard]] boost::json::object statistics_of(const WireStatistics& statistics);

}  // namespace metergate::sim
