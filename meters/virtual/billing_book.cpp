// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/billing_book.hpp"

#include <utility>

namespace metergate::virtual_meter {

void BillingBook::keep(BillingSnapshot snapshot) {
  snapshot.sequence = next_++;
  if (snapshots_.size() == kDepth) snapshots_.erase(snapshots_.begin());
  snapshots_.push_back(snapshot);
}

void BillingBook::purge(UtcSeconds before, std::uint32_t from) {
  std::erase_if(snapshots_, [&](const BillingSnapshot& snapshot) {
    return snapshot.meter_time < before && snapshot.sequence < from;
  });
}

void BillingBook::restore(std::uint32_t next, std::vector<BillingSnapshot> snapshots) {
  next_ = next;
  snapshots_ = std::move(snapshots);
}

}  // namespace metergate::virtual_meter
