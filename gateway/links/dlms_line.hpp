// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "gateway/links/dlms_meter_link.hpp"
#include "gateway/links/dlms_wire.hpp"

namespace metergate {

/// Meters that speak DLMS on one serial line (HDLC, told apart by their addresses) or behind one
/// TCP endpoint (wrapper or HDLC). All on the loop thread.
class DlmsLine : public DlmsMeterLink {
 public:
  DlmsLine(boost::asio::io_context& loop, DlmsWay way, Hooks hooks);
  ~DlmsLine() override;

  void add_meter(std::uint16_t number, const dlms::SessionSettings& settings) override;

  void transact(WireRequest request, Completion done) override;
  [[nodiscard]] std::size_t concurrency() const override { return 1; }
  void stop() override;

 private:
  class Runner;
  std::shared_ptr<Runner> runner_;
};

}  // namespace metergate
