// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>

#include "gateway/sim/wire_line.hpp"
#include "meters/virtual/virtual_meter.hpp"

/// What the simulator knows, as JSON for the control channel.
namespace metergate::sim {

/// State at a glance.
[[nodiscard]] boost::json::object summary_of(const virtual_meter::VirtualMeter& meter,
                                             UtcSeconds now);
/// Everything: orders with their tokens, intervals, snapshots, logs.
[[nodiscard]] boost::json::object truth_of(const virtual_meter::VirtualMeter& meter,
                                           UtcSeconds now);
[[nodiscard]] boost::json::object statistics_of(const WireStatistics& statistics);

}  // namespace metergate::sim
