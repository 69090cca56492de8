// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "gateway/drivers/driver.hpp"
#include "meters/models/meter_model.hpp"

namespace metergate {

/// Speaks the MQTT meter profile (docs/mqtt-meter-profile.md): one request and one answer per
/// operation. The request's octets are its JSON text without the id: the link puts one in, and
/// finds the asker of an answer by it. The model must outlive the driver and its exchanges.
class MqttDriver : public Driver {
 public:
  explicit MqttDriver(const model::MeterModel& meter_model) : model_{meter_model} {}

  [[nodiscard]] std::unique_ptr<Exchange> start(const operation::Operation& operation,
                                                const MeterAddress& address,
                                                Pace pace) const override;

 private:
  const model::MeterModel& model_;
};

}  // namespace metergate
