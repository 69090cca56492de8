// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/soak/soak.hpp"

namespace metergate::soak {

/// Begins what people do to one meter, at it and from afar.
void begin_history(Soak& soak, Flat& flat, std::uint64_t seed, std::size_t number);

}  // namespace metergate::soak
