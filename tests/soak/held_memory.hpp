// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tests/support/allocations.hpp"

namespace metergate::soak {

/// Octets that are taken and not given back, on behalf of one side of this process. What SQLite
/// takes is the gateway's, but for its cache of pages: that fills for weeks, up to its limit of 2
/// MB.
[[nodiscard]] std::int64_t octets_held(test::Owner owner);

}  // namespace metergate::soak
