// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "gateway/drivers/driver.hpp"

namespace metergate {

/// Ends at once: the model has no `what`.
[[nodiscard]] std::unique_ptr<Exchange> unsupported_exchange(std::string_view model,
                                                             std::string_view what);

}  // namespace metergate
