// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "meters/time.hpp"

namespace metergate::console {

/// How often somebody may try a password. After a few failures under one name its next try has to
/// wait, twice as long each time; and there is a limit to the failures of all names together, so
/// that trying one password on many names gains nothing. Time comes in.
class LoginThrottle {
 public:
  static constexpr std::uint32_t kFree = 3;  ///< failures in a row without a wait
  static constexpr std::chrono::seconds kShortest{2};
  static constexpr std::chrono::seconds kLongest{300};
  static constexpr std::size_t kMostInAll = 20;       ///< failures ...
  static constexpr std::chrono::seconds kWindow{60};  ///< ... in so long
  static constexpr std::size_t kMostNames = 256;

  /// How long this name has to wait before its password is looked at; zero: not at all.
  [[nodiscard]] Duration wait(const std::string& user, Instant now);
  /// Counts as a failure until `succeeded`: several at once gain nothing either.
  void tried(const std::string& user, Instant now);
  void succeeded(const std::string& user);

 private:
  struct Failures {
    std::uint32_t in_a_row = 0;
    Instant next_try;
  };
  void forget_old(Instant now);

  std::map<std::string, Failures> names_;
  std::deque<Instant> recent_;
};

}  // namespace metergate::console
