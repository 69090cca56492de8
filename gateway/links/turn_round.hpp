// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

namespace metergate {

/// How long a meter takes from the end of a request to the first octet of its answer. Of one that
/// always takes the same time the line's worker need not see the first octet to know when the last
/// one will be there: a wake-up less for each request. Values in, values out.
class TurnRound {
 public:
  using Time = std::chrono::nanoseconds;

  /// What can be relied on: the last answers began within a character of each other.
  [[nodiscard]] std::optional<Time> expected() const;

  /// The first octet was seen.
  void began_after(Time time, Time character);
  /// The whole answer was there when it was expected; it may have been there for a while.
  void was_there();
  /// So much of it was still to come.
  void was_early(Time rest, Time character);
  void fell_silent() { alike_ = 0; }

 private:
  /// So many answers make it certain.
  static constexpr int kEnough = 4;
  /// Where the answer ends is felt for: back by a little each time it is there, on by eight times
  /// as much when it is not. So it is early once in nine times, and late by as little as a wake-up.
  static constexpr Time kBack{5'000};
  static constexpr Time kOn = 8 * kBack;

  Time time_{0};
  int alike_ = 0;
};

}  // namespace metergate
