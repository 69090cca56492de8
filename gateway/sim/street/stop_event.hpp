// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "gateway/sim/wire/descriptor.hpp"
#include "protocols/result.hpp"

namespace metergate::sim {

/// What a thread that waits with poll() is told to end by: readable once it was raised.
class StopEvent {
 public:
  [[nodiscard]] static Result<StopEvent, std::string> open();

  [[nodiscard]] int descriptor() const { return event_.get(); }
  void raise() const;

 private:
  explicit StopEvent(Descriptor event) : event_{std::move(event)} {}

  Descriptor event_;
};

}  // namespace metergate::sim
