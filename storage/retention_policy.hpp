// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace metergate {

/// How long each class of data is kept.
struct RetentionPolicy {
  std::chrono::days registers{90};
  std::chrono::days profile{400};
  std::chrono::days daily{800};
  std::chrono::days logs{800};
  std::chrono::days commands{800};
  std::chrono::days journal{30};
};

}  // namespace metergate
