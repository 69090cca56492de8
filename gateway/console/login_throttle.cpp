// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/login_throttle.hpp"

#include <algorithm>

namespace metergate::console {

void LoginThrottle::forget_old(Instant now) {
  while (!recent_.empty() && now - recent_.front() >= kWindow) recent_.pop_front();
  // A name that waited twice the longest pause without a try begins anew.
  std::erase_if(names_,
                [&](const auto& entry) { return now - entry.second.next_try >= 2 * kLongest; });
}

Duration LoginThrottle::wait(const std::string& user, Instant now) {
  forget_old(now);
  Duration out{0};
  if (recent_.size() >= kMostInAll) out = recent_.front() + kWindow - now;
  const auto found = names_.find(user);
  if (found != names_.end()) out = std::max(out, found->second.next_try - now);
  return out;
}

void LoginThrottle::tried(const std::string& user, Instant now) {
  forget_old(now);
  recent_.push_back(now);
  if (!names_.contains(user) && names_.size() >= kMostNames) {
    names_.erase(std::ranges::min_element(names_, {},
                                          [](const auto& entry) { return entry.second.next_try; }));
  }
  Failures& failures = names_[user];
  ++failures.in_a_row;
  failures.next_try = now;
  if (failures.in_a_row < kFree) return;
  constexpr std::uint32_t kMostDoublings = 10;
  const std::uint32_t doublings = std::min(failures.in_a_row - kFree, kMostDoublings);
  failures.next_try += std::min<Duration>(kLongest, kShortest * static_cast<int>(1U << doublings));
}

void LoginThrottle::succeeded(const std::string& user) {
  names_.erase(user);
  if (!recent_.empty()) recent_.pop_back();
}

}  // namespace metergate::console
