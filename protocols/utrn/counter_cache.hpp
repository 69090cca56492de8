// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string_view>

#include "protocols/utrn/utrn_counter.hpp"

namespace metergate::utrn {

/// A meter's memory of accepted codes: a hundred counters, of which the oldest gives way
/// (GBCS 14.1, 14.3.6), and the floor a change of supplier sets. The order of entry does not matter
/// between.
class CounterCache {
 public:
  static constexpr std::size_t kUsualSize = 100;
  enum class Verdict : std::uint8_t {
    Acceptable,
    Duplicate,   ///< in the cache
    TooOld,      ///< below the smallest of a full cache
    BelowFloor,  ///< at or below the floor
  };

  explicit CounterCache(UtrnCounter floor = UtrnCounter{0}, std::size_t size = kUsualSize)
      : floor_{floor}, size_{size == 0 ? 1 : size} {}

  [[nodiscard]] Verdict judge(UtrnCounter counter) const;
  void take(UtrnCounter counter);
  /// A new supplier begins above his floor with an empty cache.
  void change_supplier(UtrnCounter floor);

  /// Against which ten bits are completed: the highest accepted one, or the floor.
  [[nodiscard]] UtrnCounter highest() const;
  [[nodiscard]] const std::set<UtrnCounter>& counters() const { return counters_; }
  [[nodiscard]] UtrnCounter floor() const { return floor_; }

 private:
  UtrnCounter floor_;
  std::size_t size_;
  std::set<UtrnCounter> counters_;
};

/// `acceptable`, `duplicate`, `too-old`, `below-floor`
[[nodiscard]] std::string_view verdict_word(CounterCache::Verdict verdict);

}  // namespace metergate::utrn
