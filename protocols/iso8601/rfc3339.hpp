// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace metergate {

using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;
using UtcSeconds = std::chrono::sys_seconds;

}  // namespace metergate

/// Times as text (RFC 3339): always UTC outside, written with `Z`; offsets are accepted on input.
namespace metergate::rfc3339 {

/// `2026-03-01T10:17:00Z`, or with `.250` when the milliseconds are not zero.
[[nodiscard]] std::string text(UtcTime time);
[[nodiscard]] std::string text(UtcSeconds time);
/// `2026-03-01`
[[nodiscard]] std::string date_text(std::chrono::sys_days day);

/// Full date-time with `Z` or an offset; digits after the third of a fraction are cut off. A leap
/// second (`:60`) is read as the last millisecond before the next minute.
[[nodiscard]] std::optional<UtcTime> parse(std::string_view text);
/// `YYYY-MM-DD`
[[nodiscard]] std::optional<std::chrono::sys_days> parse_date(std::string_view text);

}  // namespace metergate::rfc3339
