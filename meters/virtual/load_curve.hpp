// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "meters/time.hpp"

namespace metergate::virtual_meter {

/// A well mixed number out of two: the virtual meters' only source of chance, so that a seed and a
/// time always give the same household.
[[nodiscard]] std::uint64_t mixed(std::uint64_t seed, std::uint64_t index);

/// What a household draws, in whole watts, constant over each minute: a daily shape that differs at
/// weekends, a refrigerator, kettles at meal times, noise. Never negative.
[[nodiscard]] unsigned load_w(std::uint64_t seed, UtcSeconds time);

}  // namespace metergate::virtual_meter
