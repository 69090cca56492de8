// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "gateway/drivers/driver.hpp"
#include "meters/models/meter_model.hpp"
#include "protocols/modbus/read_plan.hpp"

namespace metergate {

/// Speaks to any meter whose model says where things are in its Modbus registers. The model must
/// outlive the driver and its exchanges.
class ModbusDriver : public Driver {
 public:
  /// `break_even_gap`: unwanted registers worth reading along on this line
  /// (modbus::break_even_gap); used only where the model allows it.
  ModbusDriver(const model::MeterModel& meter_model, std::uint16_t break_even_gap);

  [[nodiscard]] std::unique_ptr<Exchange> start(const operation::Operation& operation,
                                                const MeterAddress& address,
                                                Pace pace) const override;

 private:
  const model::MeterModel& model_;
  modbus::PlanLimits limits_;
};

}  // namespace metergate
