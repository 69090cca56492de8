// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gateway/sim/street/options.hpp"
#include "protocols/result.hpp"

namespace metergate::sim {

/// Options no street can have; the fault names option, value and what is allowed.
[[nodiscard]] Result<Done, std::string> check_street(const StreetOptions& options);

}  // namespace metergate::sim
