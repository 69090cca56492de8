// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace metergate {

/// How long each class of data is kept.
struct RetentionPolicy {
  std::chrono::days registers{90};

}  // namespace metergate
