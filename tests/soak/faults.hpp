// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/soak/soak.hpp"

namespace metergate::soak {

/// Begins everything that goes wrong by itself: lines, meters' power, brokers, the box.
void begin_faults(Soak& soak, std::uint64_t seed);
/// What becomes of one request.
[[nodiscard]] test::Wire fate_of(const test::Place& place, Chance& chance, Report& report);
/// Whatever is wrong at the meters ends.
void make_whole(Soak& soak);

}  // namespace metergate::soak
