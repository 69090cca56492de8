// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "meters/virtual/state_text.hpp"
#include "meters/virtual/virtual_meter.hpp"

namespace metergate::virtual_meter {

/// The orders a meter has seen, in its saved state.
void write_orders(StateWriter& out, const std::vector<OrderSeen>& orders);
/// `with_raw`: from version 2 on the meter's own word stands behind a refusal.
[[nodiscard]] std::vector<OrderSeen> read_orders(StateReader& in, bool with_raw);

}  // namespace metergate::virtual_meter
