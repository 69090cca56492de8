// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "gateway/journal/journal.hpp"
#include "meters/time.hpp"

namespace metergate::console {

/// How the console reaches the world, so that a test can put its own in their place.
struct ConsoleWays {
  std::function<Now()> now;
  /// On the loop, after so long.
  std::function<void(Duration, std::function<void()>)> later;
  /// `work` away from the loop, then `then` on it.
  std::function<void(std::function<void()> work, std::function<void()> then)> aside;
  std::function<void(const journal::EventDefinition&, std::vector<journal::Field>)> tell;
};

}  // namespace metergate::console
