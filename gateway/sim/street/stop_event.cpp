// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/street/stop_event.hpp"

#include <sys/eventfd.h>

namespace metergate::sim {

Result<StopEvent, std::string> StopEvent::open() {
  Descriptor event{::eventfd(0, EFD_CLOEXEC)};
  if (!event) return failure(std::string{"cannot make an event descriptor"});
  return StopEvent{std::move(event)};
}

void StopEvent::raise() const { ::eventfd_write(event_.get(), 1); }

}  // namespace metergate::sim
