// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "gateway/sim/dlms/objects.hpp"
#include "gateway/sim/street/push_orders.hpp"
#include "meters/identity.hpp"
#include "meters/time.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::sim {

/// What a virtual meter pushes when it has something to tell: a data notification that wants to be
/// confirmed, with the logical name of its push setup, its serial number and its time. It is plain,
/// for it says nothing that is not on the meter's front.
[[nodiscard]] Octets dlms_push(const SerialNumber& serial, UtcSeconds meter_time,
                               std::uint32_t number);

/// What it was ordered to push, plain: rows with all that is needed to understand them, or
/// registers with their scalers. Nothing where its model shows no such objects.
[[nodiscard]] std::optional<Octets> dlms_values_push(DlmsContext& context, const PushOrder& order,
                                                     std::uint32_t number);

}  // namespace metergate::sim
