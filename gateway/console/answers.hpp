// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "gateway/console/http_message.hpp"

namespace metergate::console {

/// `{"error": "..."}`, made harmless.
[[nodiscard]] Response complaint(unsigned status, std::string_view what);

}  // namespace metergate::console
