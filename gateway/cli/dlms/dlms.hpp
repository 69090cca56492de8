// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// `metergate dlms`: what an engineer wants to know of a DLMS meter or of octets he has captured.
void add_dlms(CLI::App& app, Action& action);

}  // namespace metergate::cli
