// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/north/reply.hpp"
#include "gateway/runtime/meter_unit.hpp"

namespace metergate::runtime {

enum class TokenMaking : bool { Impossible, Possible };

/// What can be asked of this meter: its model's abilities, and tokens where its keys are configured
/// and a key store is there (J-03).
[[nodiscard]] north::MeterAbilities abilities_of(const MeterUnit& meter, TokenMaking making);

}  // namespace metergate::runtime
