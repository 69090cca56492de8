// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/schema.hpp"

namespace metergate::config {

/// A sentence for every meter that is brought in with another tariff index than 01 (acceptance row
/// J-38): allowed and kept as it is, since it is part of the meter's key, but seldom meant.
[[nodiscard]] std::vector<std::string> tariff_index_warnings(const Configuration& configuration);

}  // namespace metergate::config
