// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

#include "meters/time.hpp"

namespace metergate::soak {

/// Everything that is left to chance comes from here, so that a seed says it all. The engine is
/// fixed by the standard, its distributions are not; so these are our own.
class Chance {
 public:
  Chance(std::uint64_t seed, std::uint64_t stream)
      : engine_{seed * 0x9E37'79B9'7F4A'7C15ULL + stream} {}

  /// 0 to `bound` - 1.
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  /// Both included.
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most - least) + 1));
  }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  template <typename T>
  T any_of(std::initializer_list<T> list) {
    return *(list.begin() + static_cast<std::ptrdiff_t>(below(list.size())));
  }
  template <typename T>
  const T& any_of(const std::vector<T>& list) {
    return list[below(list.size())];
  }
  /// As things happen that have no memory: this long on average, at most eight times as long.
  std::chrono::seconds about(std::chrono::seconds mean) {
    const double unit = (static_cast<double>(below(1'000'000)) + 1.0) / 1'000'000.0;
    const double seconds = -std::log(unit) * static_cast<double>(mean.count());
    return std::min(std::chrono::seconds{1 + std::llround(seconds)}, 8 * mean);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace metergate::soak
