// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "gateway/doctor/finding.hpp"
#include "meters/time.hpp"

namespace metergate::doctor {

enum class ClockDiscipline : std::uint8_t { Synchronised, Free, NotTold };

/// What the kernel says of the clock: whether something (NTP, PTP, GPS) holds it to the true time.
[[nodiscard]] ClockDiscipline clock_discipline();

/// `newest_in_ledger`: the last time something was written down; a clock before it was set back.
[[nodiscard]] Findings look_at_clock(ClockDiscipline discipline, UtcTime now,
                                     std::optional<UtcTime> newest_in_ledger);

struct Room {
  std::uintmax_t free_octets = 0;
  std::uintmax_t all_octets = 0;
};

[[nodiscard]] Finding judge_room(const std::filesystem::path& folder, Room room);

/// Whether the ledger's folder can be written, and what room there is.
[[nodiscard]] Findings look_at_disk(const std::filesystem::path& folder);

/// Whether the ledger is there, is this release's, and (when asked) is whole. `newest`: filled in
/// with the last time something was written down.
enum class Depth : std::uint8_t { Quick, Whole };
[[nodiscard]] Findings look_at_store(const std::filesystem::path& ledger, Depth depth,
                                     std::optional<UtcTime>& newest);

}  // namespace metergate::doctor
