// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "config/schema.hpp"
#include "gateway/doctor/finding.hpp"

namespace metergate::doctor {

/// Where the system tells of its serial adapters; tests have their own.
struct SerialSystem {
  std::filesystem::path tty_class = "/sys/class/tty";
};

/// Devices, the right to use them, an adapter's latency timer, a Modbus TCP gateway's port.
[[nodiscard]] Findings look_at_line(const config::Line& line, const SerialSystem& system);

}  // namespace metergate::doctor
