// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "meters/supply.hpp"

namespace metergate::virtual_meter {

/// The relay by the table of utrn-and-premier.md 1.8: any number of causes hold it OFF; when the
/// last one goes it is ARMED, and a person at the meter closes an ARMED relay.
class SupplySwitch {
 public:
  SupplySwitch(SupplyState state, SupplyCauses causes) : state_{state}, causes_{causes} {}

  /// Adds a cause; true when the relay opened or left ARMED for it.
  bool hold(std::uint16_t cause);
  /// Takes causes away; true when OFF became ARMED.
  bool release(std::uint16_t causes);
  /// Takes causes away and opens a closed relay such that the user may close it; true when it is
  /// ARMED now and was not before. Another cause keeps it OFF.
  bool arm(std::uint16_t causes);
  /// The button; true when ARMED became ON.
  bool press();

  [[nodiscard]] SupplyState state() const { return state_; }
  [[nodiscard]] SupplyCauses causes() const { return causes_; }

 private:
  SupplyState state_;
  SupplyCauses causes_;
};

/// At most so many remote operations within any 24 hours (utrn-and-premier.md 1.1).
class OperationLimit {
 public:
  explicit OperationLimit(std::uint16_t per_day) : per_day_{per_day} {}

  /// Counts one at `second` of the meter's running time; false: it is one too many.
  [[nodiscard]] bool admit(std::int64_t second);
  [[nodiscard]] std::uint16_t used(std::int64_t second) const;
  [[nodiscard]] const std::vector<std::int64_t>& seconds() const { return seconds_; }
  void restore(std::int64_t second) { seconds_.push_back(second); }

 private:
  std::uint16_t per_day_;
  std::vector<std::int64_t> seconds_;
};

}  // namespace metergate::virtual_meter
