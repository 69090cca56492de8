// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "gateway/work/policy.hpp"
#include "meters/load_profile.hpp"
#include "storage/ledger.hpp"

/// Which intervals to read next, and what a page that was read says about holes. Pure.
namespace metergate::work {

struct ProfilePosition {
  std::optional<UtcSeconds> covered_to;  ///< everything before it was read or is a known hole
  std::vector<Hole> holes;
};

struct ProfileSchedule {
  CapturePeriod period{30};
  std::chrono::days back_fill{30};
  std::chrono::milliseconds clock_offset{0};  ///< meter minus gateway
  /// Its clock was read just now: that alone says which intervals it has closed. Else the slower of
  /// the two clocks does.
  bool meter_was_asked = false;
};

/// The newest interval that can be complete at the meter, its end: later ones are not asked for.
[[nodiscard]] UtcSeconds newest_complete(UtcTime now, const ProfileSchedule& schedule);

/// The ranges to read now: holes that are due, then what is new.
[[nodiscard]] std::vector<IntervalRange> plan_profile(const ProfilePosition& position, UtcTime now,
                                                      const ProfileSchedule& schedule);

/// The stretches of `asked` that no interval of `got` (ascending) begins in.
[[nodiscard]] std::vector<IntervalRange> missing(const IntervalRange& asked,
                                                 const std::vector<ProfileInterval>& got,
                                                 CapturePeriod period);

struct HoleChanges {
  std::vector<Hole> holes;            ///< the list as it is now
  std::vector<IntervalRange> found;   ///< not known before
  std::vector<IntervalRange> filled;  ///< known before, gone now
  std::vector<Hole> given_up;         ///< tried for the last time
  bool changed = false;
};

/// `asked` without the time before the meter's first interval: the first one known before, or the
/// first of `got`, whichever is earlier. Nothing before it can be missing.
[[nodiscard]] IntervalRange after_first(const IntervalRange& asked,
                                        std::optional<UtcSeconds> first_known,
                                        const std::vector<ProfileInterval>& got,
                                        CapturePeriod period);

/// Where a meter's profile begins, as far as it is known, before a page that covers `covered`.
struct ProfileStart {
  std::optional<UtcSeconds> first;  ///< the first interval known; empty: none has been read
  IntervalRange covered;
  bool in_turn = true;  ///< read because it is due, not because somebody asked for this stretch
};
struct StartChange {
  std::optional<UtcSeconds> from;       ///< the first interval now, where that is another one
  std::optional<IntervalRange> unread;  ///< between the page and what was known before
};
/// A page from before the first interval known: what lies between the two has not been read, and
/// the run that was to read it may be cut short.
[[nodiscard]] StartChange after_start(const ProfileStart& start,
                                      const std::vector<ProfileInterval>& got,
                                      CapturePeriod period);

/// What a page that covers `asked` completely does to the known holes.
[[nodiscard]] HoleChanges after_page(const std::vector<Hole>& holes, const IntervalRange& asked,
                                     const std::vector<ProfileInterval>& got, UtcTime now,
                                     CapturePeriod period, const HolePolicy& policy);

/// A stretch nobody has read yet is a hole that is to be read at once.
void add_unread(HoleChanges& changes, const IntervalRange& unread, UtcTime now);

/// Intervals that came unasked, from `position.covered_to` on: where coverage stands after them and
/// the hole they may leave before themselves.
struct PushEffect {
  UtcSeconds covered_to;
  std::vector<IntervalRange> skipped;
};
[[nodiscard]] std::optional<PushEffect> after_push(const ProfilePosition& position,
                                                   const std::vector<ProfileInterval>& pushed,
                                                   CapturePeriod period);

}  // namespace metergate::work
