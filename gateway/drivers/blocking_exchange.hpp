// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "gateway/drivers/driver.hpp"

namespace metergate {

/// What an operation needs when nothing else goes on meanwhile: an engineer's tool, a test bench.
struct BlockingWire {
  std::function<WireResult(const WireRequest&)> transact;
  std::function<Now()> now;
  std::function<void(std::chrono::milliseconds)> pause;
};

/// The operation from its first request to its result.
[[nodiscard]] OperationResult perform(const Driver& driver, const operation::Operation& operation,
                                      const MeterAddress& address, const BlockingWire& wire,
                                      Pace pace = Pace::Full);

}  // namespace metergate
