// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "storage/ledger.hpp"

namespace metergate {

/// What a turn of folding did.
struct Folded {
  /// More values than a blob takes (blobs::kMaxDayPoints), which the latest of the day lose.
  struct Overfull {
    MeterKey meter = 0;
    std::chrono::sys_days day;
    std::size_t dropped = 0;
  };
  std::size_t meter_days = 0;
  std::vector<Overfull> overfull;
};

}  // namespace metergate
