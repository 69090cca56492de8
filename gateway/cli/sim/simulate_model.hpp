// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"
#include "meters/models/meter_model.hpp"

namespace metergate::cli {

/// Puts a virtual meter behind the model's registers and reads everything the model can do through
/// the same driver that the gateway uses: what one side of the model says, the other must
/// understand. Returns the exit code.
int simulate_model(Console& console, const model::MeterModel& meter_model);

}  // namespace metergate::cli
