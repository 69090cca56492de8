// SPDX-License-Identifier: Apache-2.0
#include "storage/blobs/profile_points.hpp"

#include <algorithm>
#include <bit>

namespace metergate {
namespace {

// Summer time is a property of the calendar, not a doubt about the value.
int reservations(IntervalMarks marks) {
  return std::popcount(
      static_cast<unsigned>(marks.bits & ~unsigned{IntervalMarks::kDaylightSaving}));
}

bool before(const ProfilePoint& a, const ProfilePoint& b) { return a.key() < b.key(); }

}  // namespace

bool later_is_better(IntervalMarks stored, IntervalMarks later) {
  return reservations(later) < reservations(stored);
}

MergedPoints merge_points(std::span<const ProfilePoint> stored,
                          std::span<const ProfilePoint> later) {
  MergedPoints out;
  out.points.reserve(stored.size() + later.size());
  const auto changed = [&](const ProfilePoint& point) {
    if (out.changed.empty() || out.changed.back() != point.start)
      out.changed.push_back(point.start);
    return point;
  };
  auto s = stored.begin();
  auto l = later.begin();
  while (s != stored.end() || l != later.end()) {
    if (l == later.end() || (s != stored.end() && before(*s, *l))) {
      out.points.push_back(*s++);
    } else if (s == stored.end() || before(*l, *s)) {
      out.points.push_back(changed(*l++));
    } else {
      out.points.push_back(later_is_better(s->marks, l->marks) ? changed(*l) : *s);
      ++s;
      ++l;
    }
  }
  return out;
}

void put_in_order(std::vector<ProfilePoint>& points) {
  if (!std::ranges::is_sorted(points, before)) std::ranges::stable_sort(points, before);
  auto end = points.begin();
  for (auto it = points.begin(); it != points.end(); ++it) {
    if (end != points.begin() && std::prev(end)->key() == it->key()) {
      if (later_is_better(std::prev(end)->marks, it->marks)) *std::prev(end) = *it;
    } else {
      *end++ = *it;
    }
  }
  points.erase(end, points.end());
}

}  // namespace metergate
