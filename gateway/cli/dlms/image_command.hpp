// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/terminal/console.hpp"

namespace CLI {
class App;
}

namespace metergate::cli {

/// `metergate dlms image`
void add_dlms_image(CLI::App& dlms, Action& action);

}  // namespace metergate::cli
