// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "meters/time.hpp"

namespace metergate::runtime {

/// The door through which time comes in; tests hand in their own.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Now now() const = 0;
};

class SystemClock : public Clock {
 public:
  [[nodiscard]] Now now() const override {
    return {std::chrono::steady_clock::now(),
            std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
  }
};

}  // namespace metergate::runtime
