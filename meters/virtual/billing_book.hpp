// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "meters/billing.hpp"

namespace metergate::virtual_meter {

/// The meter's billing snapshots: first in, first out, under a running number that no purge resets.
class BillingBook {
 public:
  /// Two years of months with a change now and then; the public documents give no depth.
  static constexpr std::size_t kDepth = 48;

  /// Numbers the snapshot and keeps it.
  void keep(BillingSnapshot snapshot);
  /// Takes away what is older than `before`, except what was kept under `from` or a later number.
  void purge(UtcSeconds before, std::uint32_t from);

  [[nodiscard]] const std::vector<BillingSnapshot>& snapshots() const { return snapshots_; }
  [[nodiscard]] std::uint32_t next_sequence() const { return next_; }
  void restore(std::uint32_t next, std::vector<BillingSnapshot> snapshots);

 private:
  std::uint32_t next_ = 1;
  std::vector<BillingSnapshot> snapshots_;  ///< ascending by sequence
};

}  // namespace metergate::virtual_meter
