// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "meters/capability.hpp"
#include "meters/operation.hpp"

namespace metergate {

/// What a model must be able to do for the operation; nothing for identification.
[[nodiscard]] std::optional<Capability> needed_capability(const operation::Operation& operation);

}  // namespace metergate
