// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/drivers/dlms_exchange.hpp"
#include "gateway/drivers/pushed.hpp"

namespace metergate::dlms_driver {

/// Further back nothing is taken that was pushed: a clock that has lost its time begins somewhere
/// in the past. What is older is read.
inline constexpr std::chrono::days kOldestPushed{400};
/// So far a meter's clock may be ahead of ours.
inline constexpr std::chrono::minutes kClockAhead{5};

/// A data notification or an event notification, plain, as the facts it tells. Its elements are
/// named by the push itself or by the model; columns, periods and scalers come from the push, from
/// what was read of this meter before, or from the model, in this order.
[[nodiscard]] Result<Pushed, PushUnread> read_push(OctetView apdu, const Subject& subject, Now now);

}  // namespace metergate::dlms_driver
