// SPDX-License-Identifier: Apache-2.0
#include "storage/owned_descriptor.hpp"

#include <unistd.h>

namespace metergate {

OwnedDescriptor::~OwnedDescriptor() {
  if (is_open()) ::close(descriptor_);
}

}  // namespace metergate
