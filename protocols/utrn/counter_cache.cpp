// SPDX-License-Identifier: Apache-2.0
#include "protocols/utrn/counter_cache.hpp"

#include <algorithm>

namespace metergate::utrn {

CounterCache::Verdict CounterCache::judge(UtrnCounter counter) const {
  if (counter <= floor_) return Verdict::BelowFloor;
  if (counters_.contains(counter)) return Verdict::Duplicate;
  const bool full = counters_.size() >= size_;
  return full && counter < *counters_.begin() ? Verdict::TooOld : Verdict::Acceptable;
}

void CounterCache::take(UtrnCounter counter) {
  counters_.insert(counter);
  if (counters_.size() > size_) counters_.erase(counters_.begin());
}

void CounterCache::change_supplier(UtrnCounter floor) {
  floor_ = floor;
  counters_.clear();
}

UtrnCounter CounterCache::highest() const {
  return counters_.empty() ? floor_ : std::max(floor_, *counters_.rbegin());
}

std::string_view verdict_word(CounterCache::Verdict verdict) {
  switch (verdict) {
    case CounterCache::Verdict::Acceptable:
      return "acceptable";
    case CounterCache::Verdict::Duplicate:
      return "duplicate";
    case CounterCache::Verdict::TooOld:
      return "too-old";
    case CounterCache::Verdict::BelowFloor:
      break;
  }
  return "below-floor";
}

}  // namespace metergate::utrn
