// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/supply_switch.hpp"

#include <algorithm>

namespace metergate::virtual_meter {
namespace {
constexpr std::int64_t kDay = 86'400;
}

bool SupplySwitch::hold(std::uint16_t cause) {
  causes_.bits = static_cast<std::uint16_t>(causes_.bits | cause);
  if (state_ == SupplyState::Off) return false;
  state_ = SupplyState::Off;
  return true;
}

bool SupplySwitch::release(std::uint16_t causes) {
  causes_.bits = static_cast<std::uint16_t>(causes_.bits & ~causes);
  if (state_ != SupplyState::Off || !causes_.none()) return false;
  state_ = SupplyState::Armed;
  return true;
}

bool SupplySwitch::arm(std::uint16_t causes) {
  if (state_ != SupplyState::On) return release(causes);
  // A closed relay that something holds open is one that a fault has closed.
  causes_.bits = static_cast<std::uint16_t>(causes_.bits & ~causes);
  state_ = causes_.none() ? SupplyState::Armed : SupplyState::Off;
  return state_ == SupplyState::Armed;
}

bool SupplySwitch::press() {
  if (state_ != SupplyState::Armed) return false;
  state_ = SupplyState::On;
  return true;
}

bool OperationLimit::admit(std::int64_t second) {
  std::erase_if(seconds_, [&](std::int64_t at) { return at <= second - kDay; });
  if (seconds_.size() >= per_day_) return false;
  seconds_.push_back(second);
  return true;
}

std::uint16_t OperationLimit::used(std::int64_t second) const {
  return static_cast<std::uint16_t>(
      std::ranges::count_if(seconds_, [&](std::int64_t at) { return at > second - kDay; }));
}

}  // namespace metergate::virtual_meter
