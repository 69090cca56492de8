// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meters/models/mode_c_layout.hpp"
#include "meters/virtual/virtual_meter.hpp"
#include "protocols/iec62056_21/data_message.hpp"

namespace metergate::sim {

/// What a virtual meter says of itself: the data sets the model names, as far as it has them.
[[nodiscard]] iec62056_21::DataMessage mode_c_readout(virtual_meter::VirtualMeter& meter,
                                                      UtcSeconds now,
                                                      const model::ModeCLayout& layout);

}  // namespace metergate::sim
