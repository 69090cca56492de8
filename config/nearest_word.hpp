// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metergate::config {

/// The known word with the fewest differing letters, if it is near enough to be a slip of the pen.
[[nodiscard]] std::optional<std::string> nearest_word(std::string_view written,
                                                      const std::vector<std::string>& known);

}  // namespace metergate::config
