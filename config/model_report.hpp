// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "meters/models/meter_model.hpp"

namespace metergate::config {

/// What a model says, for a person: capabilities, registers, blocks, and what reading it takes.
[[nodiscard]] std::string report(const model::MeterModel& meter_model);

}  // namespace metergate::config
