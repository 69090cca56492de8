// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/schema.hpp"
#include "gateway/sim/dlms/meter.hpp"

namespace metergate::sim {

/// DLMS meters with modems that speak MQTT: each serves the wrapper as wPort 1, a PDU a message,
/// below `{root}/v1/{meter}/request` and `.../response`, and pushes there. One without power, or
/// set silent, leaves the broker.
class DlmsModems {
 public:
  DlmsModems(config::Broker broker, std::string root);
  ~DlmsModems();
  DlmsModems(const DlmsModems&) = delete;
  DlmsModems& operator=(const DlmsModems&) = delete;

  /// Both outlive this.
  void add(StreetMeter& meter, DlmsMeter& dlms);
  /// Often: connects whoever should be there, and pushes.
  void tick();

 private:
  class Modem;
  config::Broker broker_;
  std::string root_;
  std::vector<std::unique_ptr<Modem>> modems_;
};

}  // namespace metergate::sim
