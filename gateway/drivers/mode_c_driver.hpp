// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "gateway/drivers/driver.hpp"
#include "meters/models/meter_model.hpp"

namespace metergate {

/// Reads meters by the readout of IEC 62056-21 in mode C. A request's octets are the request
/// message, `/?address!` CR LF, an answer's the identification message and the data message; the
/// speeds and characters between are the link's. Every operation takes a whole readout: the meter
/// decides what it says. The model must outlive the driver and its exchanges.
class ModeCDriver : public Driver {
 public:
  explicit ModeCDriver(const model::MeterModel& meter_model);

  [[nodiscard]] std::unique_ptr<Exchange> start(const operation::Operation& operation,
                                                const MeterAddress& address,
                                                Pace pace) const override;

 private:
  /// Who was identified last, by the meter's number. Nothing in a readout answers to the address in
  /// the request, but every one has a serial number: one of somebody else is not taken.
  using Identified = std::map<std::uint16_t, std::string>;

  const model::MeterModel& model_;
  std::shared_ptr<Identified> identified_;
};

}  // namespace metergate
