// SPDX-License-Identifier: Apache-2.0
#include "gateway/work/collection.hpp"

#include <algorithm>
#include <iterator>

namespace metergate::work {
namespace {

/// A meter takes a moment to close an interval; asking earlier would make a hole of it.
constexpr std::chrono::seconds kClosingTime{5};

bool overlaps(const IntervalRange& a, const IntervalRange& b) {
  return a.from < b.to && b.from < a.to;
}

/// The parts of `range` outside `cut`.
std::vector<IntervalRange> without(const IntervalRange& range, const IntervalRange& cut) {
  std::vector<IntervalRange> rest;
  if (!overlaps(range, cut)) return {range};
  if (range.from < cut.from) rest.push_back({range.from, cut.from});
  if (cut.to < range.to) rest.push_back({cut.to, range.to});
  return rest;
}

}  // namespace

UtcSeconds newest_complete(UtcTime now, const ProfileSchedule& schedule) {
  const auto offset = schedule.meter_was_asked
                          ? schedule.clock_offset
                          : std::min(schedule.clock_offset, std::chrono::milliseconds{0});
  const auto meter_now = std::chrono::floor<std::chrono::seconds>(now + offset) - kClosingTime;
  return period_start(meter_now, schedule.period);
}

std::vector<IntervalRange> plan_profile(const ProfilePosition& position, UtcTime now,
                                        const ProfileSchedule& schedule) {
  std::vector<IntervalRange> ranges;
  for (const Hole& hole : position.holes) {
    if (hole.next_try <= now) ranges.push_back(hole.range);
  }
  const UtcSeconds end = newest_complete(now, schedule);
  const UtcSeconds begin =
      position.covered_to.value_or(period_start(end - schedule.back_fill, schedule.period));
  if (begin < end) ranges.push_back({begin, end});
  return ranges;
}

std::vector<IntervalRange> missing(const IntervalRange& asked,
                                   const std::vector<ProfileInterval>& got, CapturePeriod period) {
  std::vector<IntervalRange> out;
  UtcSeconds next = asked.from;
  for (const ProfileInterval& interval : got) {
    // An interval cut short by a clock set begins off the grid; its slot counts as there.
    const UtcSeconds slot = period_start(interval.start, period);
    if (slot > next) out.push_back({next, slot});
    next = std::max(next, slot + period);
  }
  if (next < asked.to) out.push_back({next, asked.to});
  return out;
}

IntervalRange after_first(const IntervalRange& asked, std::optional<UtcSeconds> first_known,
                          const std::vector<ProfileInterval>& got, CapturePeriod period) {
  UtcSeconds first = first_known.value_or(asked.to);
  if (!got.empty()) first = std::min(first, period_start(got.front().start, period));
  return {std::clamp(first, asked.from, asked.to), asked.to};
}

HoleChanges after_page(const std::vector<Hole>& holes, const IntervalRange& asked,
                       const std::vector<ProfileInterval>& got, UtcTime now, CapturePeriod period,
                       const HolePolicy& policy) {
  HoleChanges changes;
  std::vector<IntervalRange> absent = missing(asked, got, period);
  for (const Hole& hole : holes) {
    if (!overlaps(hole.range, asked)) {
      changes.holes.push_back(hole);
      continue;
    }
    changes.changed = true;
    for (const IntervalRange& rest : without(hole.range, asked)) {
      changes.holes.push_back({rest, hole.tries, hole.next_try});
    }
    bool still = false;
    for (const IntervalRange& gap : absent) {
      if (!overlaps(gap, hole.range)) continue;
      still = true;
      Hole kept{{std::max(gap.from, hole.range.from), std::min(gap.to, hole.range.to)},
                hole.tries + 1,
                {}};
      if (kept.tries >= policy.max_tries) {
        // Known for good: the meter has nothing there. Kept, so that nobody takes it for zero.
        kept.next_try = UtcTime::max();
        changes.given_up.push_back(kept);
      } else {
        kept.next_try = now + policy.first_pause * (1 << kept.tries);
      }
      changes.holes.push_back(kept);
    }
    if (!still) {
      changes.filled.push_back(
          {std::max(hole.range.from, asked.from), std::min(hole.range.to, asked.to)});
    }
  }
  // What no hole covers yet, also where a gap goes on beyond a known hole.
  for (const Hole& hole : holes) {
    std::vector<IntervalRange> rest;
    for (const IntervalRange& gap : absent) {
      std::ranges::copy(without(gap, hole.range), std::back_inserter(rest));
    }
    absent = std::move(rest);
  }
  for (const IntervalRange& gap : absent) {
    changes.changed = true;
    changes.found.push_back(gap);
    changes.holes.push_back({gap, 1, now + policy.first_pause});
  }
  std::ranges::sort(changes.holes, {}, [](const Hole& hole) { return hole.range.from; });
  return changes;
}

StartChange after_start(const ProfileStart& start, const std::vector<ProfileInterval>& got,
                        CapturePeriod period) {
  if (got.empty()) return {};
  const UtcSeconds from = period_start(got.front().start, period);
  // What was asked for by itself says nothing of the time after it.
  if (!start.first) return {start.in_turn ? std::optional{from} : std::nullopt, {}};
  if (from >= *start.first) return {};
  StartChange change{from, {}};
  if (start.covered.to < *start.first) change.unread = {start.covered.to, *start.first};
  return change;
}

void add_unread(HoleChanges& changes, const IntervalRange& unread, UtcTime now) {
  changes.changed = true;
  changes.found.push_back(unread);
  changes.holes.push_back({unread, 0, now});
  std::ranges::sort(changes.holes, {}, [](const Hole& hole) { return hole.range.from; });
}

std::optional<PushEffect> after_push(const ProfilePosition& position,
                                     const std::vector<ProfileInterval>& pushed,
                                     CapturePeriod period) {
  // Before the first read nobody knows what lies behind; that read will fetch these again.
  if (!position.covered_to || pushed.empty()) return std::nullopt;
  const UtcSeconds last = period_start(pushed.back().start, period) + period;
  if (last <= *position.covered_to) return std::nullopt;
  PushEffect effect{last, {}};
  effect.skipped = missing({*position.covered_to, last}, pushed, period);
  return effect;
}

}  // namespace metergate::work
