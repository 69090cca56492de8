// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocols/octets/octets.hpp"

namespace metergate::crypto {

/// Compares what somebody sent with what proves him right; takes the same time wherever the first
/// difference stands.
[[nodiscard]] bool same_octets(OctetView a, OctetView b);

}  // namespace metergate::crypto
