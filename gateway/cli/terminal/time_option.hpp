// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/cli/terminal/console.hpp"
#include "meters/time.hpp"

namespace metergate::cli {

/// What the times on the command line look like, for help texts and complaints.
inline constexpr std::string_view kTimeForms =
    "2026-03-01T10:00:00Z, 2026-03-01 (midnight UTC), now, or a time ago: 90s, 15m, 6h, 3d";

/// A point in time as typed; nothing when it is none of `kTimeForms`.
[[nodiscard]] std::optional<UtcTime> parse_time(std::string_view text, UtcTime now);

/// `90s`, `15m`, `6h`, `3d`
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// The value of a time option, `otherwise` where it was not given; the complaint names `option`.
[[nodiscard]] CliResult<UtcTime> time_argument(const std::string& text, std::string_view option,
                                               UtcTime now, UtcTime otherwise);

/// The clock of this box.
[[nodiscard]] UtcTime utc_now();

/// How long ago in a few characters: `12 s`, `5 min`, `3 h`, `2 d`.
[[nodiscard]] std::string ago_text(UtcTime then, UtcTime now);

}  // namespace metergate::cli
