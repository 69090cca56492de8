// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace metergate::console {

/// One event of a stream (HTML, server-sent events): its number, and a payload on one line.
[[nodiscard]] std::string event_frame(std::int64_t id, std::string_view name,
                                      std::string_view payload);
/// The number a reader saw last; nothing for what is no number of ours.
[[nodiscard]] std::optional<std::int64_t> parse_event_id(std::string_view text);

}  // namespace metergate::console
