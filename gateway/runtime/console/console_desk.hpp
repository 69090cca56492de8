// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/console/house.hpp"
#include "gateway/runtime/clock.hpp"
#include "gateway/runtime/gateway.hpp"

namespace metergate::runtime {

/// The running gateway, as the web console sees it. What is sent there goes the way of every
/// command; who asks is the operator the login is bound to.
[[nodiscard]] console::House house_of(Gateway& gateway, const Clock& clock);

}  // namespace metergate::runtime
