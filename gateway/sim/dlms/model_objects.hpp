// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "gateway/sim/dlms/objects.hpp"
#include "meters/models/meter_model.hpp"

/// The virtual meter behind the objects of another model: the same meter, found where that model's
/// file says, and without what the file does not name.
namespace metergate::sim {

[[nodiscard]] std::shared_ptr<const DlmsObjects> objects_of_model(
    const model::MeterModel& meter_model);

// ---- parts of it --------------------------------------------------------------------------------
/// Load profile and daily values with the channels of the model (model_profiles.cpp). Where a
/// channel is a register, its rows hold the register's stand; what the house has none of is 0.
void add_model_profiles(DlmsObjects& objects, const model::MeterModel& meter_model);
/// The logs the model names, in its event codes (model_logs.cpp). A log the model does not
/// have is part of the one where such meters write that.
void add_model_logs(DlmsObjects& objects, const model::MeterModel& meter_model);

}  // namespace metergate::sim
