// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate readings METER`: stored values as table, CSV, JSON or a picture.
void add_readings(CLI::App& app, Action& action);

}  // namespace metergate::cli
