// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "gateway/cli/terminal/console.hpp"
#include "meters/load_profile.hpp"
#include "meters/models/meter_model.hpp"

/// Readings drawn with the block characters of a terminal. A hole is drawn as a hole, a marked
/// value as a marked one: a picture must not look better than the data.
namespace metergate::cli {

/// One chart per day, one column per interval, all to the same scale:
///
///     2026-03-01  import_active_energy  max 412 Wh
///       412 ┤        ▂█▁
///           ┤▁▁▁··▁▁▂███▆▃
///         0 ┼────────────────
///            00    06    12
///     flags     ee
///
/// `·` is an interval that was not read. Flags: `p` power down, `c` clock set, `i` incomplete,
/// `e` estimated, `?` doubtful. Summer time alone is no flag.
struct ProfileDrawing {
  model::Channel channel;
  CapturePeriod period{30};
  UtcSeconds from;  ///< nothing before it is called a hole
  UtcSeconds to;    ///< nor after it
};
[[nodiscard]] std::string draw_profile(const Console& console, const ProfileDrawing& drawing,
                                       const std::vector<ProfileInterval>& intervals);

/// One bar per day between the snapshots of two midnights; `·` where one of them is missing.
[[nodiscard]] std::string draw_daily(const Console& console, const model::Channel& channel,
                                     std::chrono::sys_days from, std::chrono::sys_days to,
                                     const std::vector<DailySnapshot>& snapshots);

/// The capture period as the data shows it: the smallest step between two intervals.
[[nodiscard]] CapturePeriod seen_period(const std::vector<ProfileInterval>& intervals);

/// The letter of the most telling mark, or a blank.
[[nodiscard]] char flag_of(IntervalMarks marks);

}  // namespace metergate::cli
