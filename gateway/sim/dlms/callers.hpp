// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gateway/sim/dlms/meter.hpp"

namespace metergate::sim {

/// Meters that dial in to a gateway: each keeps a TCP connection to it, serves the wrapper there as
/// wPort 1, and pushes when it has something to tell. One without power, or set silent, hangs up.
/// One thread for all.
class DlmsCallers {
 public:
  DlmsCallers(std::string host, std::uint16_t port);
  ~DlmsCallers();
  DlmsCallers(const DlmsCallers&) = delete;
  DlmsCallers& operator=(const DlmsCallers&) = delete;

  /// Before `start`; both outlive this.
  void add(StreetMeter& meter, DlmsMeter& dlms);
  void start();

 private:
  class Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace metergate::sim
