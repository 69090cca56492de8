// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "gateway/drivers/blocking_exchange.hpp"

namespace metergate::test {

/// A wire that takes no time, with a meter at its other end.
class InstantWire {
 public:
  virtual ~InstantWire() = default;

  Now now;
  /// While an exchange pauses, the meter goes on.
  std::function<void()> on_pause = [] {};

  OperationResult run(const Driver& driver, const operation::Operation& operation,
                      Pace pace = Pace::Full) {
    const BlockingWire wire{[this](const WireRequest& request) { return serve(request.octets); },
                            [this] { return now; },
                            [this](std::chrono::milliseconds length) {
                              now.instant += length;
                              now.utc += length;
                              on_pause();
                            }};
    return perform(driver, operation, {}, wire, pace);
  }

 private:
  virtual WireResult serve(const Octets& request) = 0;
};

}  // namespace metergate::test
