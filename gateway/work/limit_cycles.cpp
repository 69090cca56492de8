// SPDX-License-Identifier: Apache-2.0
#include "gateway/work/limit_cycles.hpp"

namespace metergate::work {

std::optional<std::size_t> LimitCycles::exceeded(UtcSeconds at, UtcSeconds now) {
  if (at + kNews < now) return std::nullopt;
  std::erase_if(times_, [&](UtcSeconds one) { return one + kWithin <= at; });
  times_.push_back(at);
  const bool told = told_ && *told_ + kWithin > at;
  if (times_.size() < kTold || told) return std::nullopt;
  told_ = at;
  return times_.size();
}

}  // namespace metergate::work
