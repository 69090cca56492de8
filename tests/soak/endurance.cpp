// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/endurance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <ranges>

#include "tests/soak/held_memory.hpp"

namespace metergate::soak {
namespace {

std::size_t entries_of(const char* folder) {
  const std::filesystem::directory_iterator all{folder};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Theil and Sen's: the median of the slopes between any two. A single odd day moves it little.
double slope_of(const std::vector<std::int64_t>& values) {
  std::vector<double> slopes;
  for (std::size_t from = 0; from < values.size(); ++from) {
    for (std::size_t to = from + 1; to < values.size(); ++to) {
      slopes.push_back(static_cast<double>(values[to] - values[from]) /
                       static_cast<double>(to - from));
    }
  }
  const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() / 2);
  std::nth_element(slopes.begin(), middle, slopes.end());
  return *middle;
}

}  // namespace

Endurance::Held Endurance::held_now() {
  return {octets_held(test::Owner::Gateway), entries_of("/proc/self/fd"),
          entries_of("/proc/self/task")};
}

void Endurance::look(double hours, const Held& held) {
  const auto day = static_cast<std::size_t>(hours / 24);
  if (day >= days_.size()) return days_.resize(day + 1, held);
  Held& of_day = days_[day];
  of_day.octets = std::min(of_day.octets, held.octets);
  of_day.descriptors = std::max(of_day.descriptors, held.descriptors);
  of_day.threads = std::max(of_day.threads, held.threads);
}

Endurance::Verdict Endurance::verdict() const {
  Verdict out;
  if (days_.size() < kWarmUpDays + kLeastDays) return out;
  std::vector<std::int64_t> octets;
  const auto first = days_.begin() + kWarmUpDays;
  std::transform(first, days_.end(), std::back_inserter(octets),
                 [](const Held& day) { return day.octets; });
  out.days = octets.size();
  out.first_octets = octets.front();
  out.last_octets = octets.back();
  out.octets_a_day = slope_of(octets);
  const std::ranges::subrange judged{first, days_.end()};
  out.most_descriptors = std::ranges::max(judged, {}, &Held::descriptors).descriptors;
  out.most_threads = std::ranges::max(judged, {}, &Held::threads).threads;
  if (out.octets_a_day > kMostOctetsADay) {
    out.grows.push_back(fmt::format("memory by {:.0f} octets a day, {:.0f} are allowed",
                                    out.octets_a_day, kMostOctetsADay));
  }
  const Held& settled = *first;
  if (out.most_descriptors > settled.descriptors) {
    out.grows.push_back(
        fmt::format("descriptors from {} to {}", settled.descriptors, out.most_descriptors));
  }
  if (out.most_threads > settled.threads) {
    out.grows.push_back(fmt::format("threads from {} to {}", settled.threads, out.most_threads));
  }
  return out;
}

}  // namespace metergate::soak
