// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "meters/identity.hpp"
#include "meters/time.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::sim {

/// What a virtual meter pushes when it has something to tell: a data notification that wants to be
/// confirmed, with the logical name of its push setup, its serial number and its time. It is plain,
/// for it says nothing that is not on the meter's front.
[[nodiscard]] Octets dlms_push(const SerialNumber& serial, UtcSeconds meter_time,
                               std::uint32_t number);

}  // namespace metergate::sim
