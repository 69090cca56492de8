// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "gateway/drivers/dlms_exchange.hpp"
#include "gateway/drivers/driver.hpp"

namespace metergate {

/// Speaks to any meter whose model says where things are among its COSEM objects. Requests are
/// plain APDUs of any length: association, ciphering and blocks are the link's. The model must
/// outlive the driver and its exchanges.
class DlmsDriver : public Driver {
 public:
  explicit DlmsDriver(const model::MeterModel& meter_model)
      : model_{meter_model}, learnt_{std::make_shared<dlms_driver::Learnt>()} {}

  [[nodiscard]] std::unique_ptr<Exchange> start(const operation::Operation& operation,
                                                const MeterAddress& address,
                                                Pace pace) const override;
  [[nodiscard]] Result<Pushed, PushUnread> pushed(OctetView apdu, const MeterAddress& address,
                                                  Now now) const override;

 private:
  const model::MeterModel& model_;
  std::shared_ptr<dlms_driver::Learnt> learnt_;
};

}  // namespace metergate
