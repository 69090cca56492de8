// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gateway/links/dlms_meter_link.hpp"
#include "gateway/links/dlms_wire.hpp"

namespace metergate {

/// Meters that speak DLMS on one serial line (HDLC, told apart by their addresses) or behind one
/// TCP endpoint (wrapper or HDLC). A serial line that is opened in mode E serves one meter at a
/// time: the link of the one before is closed first. All on the loop thread.
class DlmsLine : public DlmsMeterLink {
 public:
  DlmsLine(boost::asio::io_context& loop, const DlmsWay& way, Hooks hooks);

  /// Whether a wire without an association is closed.
  enum class Idle : std::uint8_t { Close, Keep };
  /// Over wires of another kind; `where` is what faults say.
  DlmsLine(boost::asio::io_context& loop, std::string where, Idle idle, DlmsWireMaker make_wire,
           Hooks hooks);
  ~DlmsLine() override;

  void add_meter(std::uint16_t number, const dlms::SessionSettings& settings) override;
  /// What the meter is called by where the line is opened in mode E.
  void name_meter(std::uint16_t number, DlmsMeterName name) override;
  /// An open wire, which takes the place of the one there is; that one is lost.
  void adopt(std::unique_ptr<DlmsWire> wire);
  /// What came over it before that.
  void received(OctetView octets);

  void transact(WireRequest request, Completion done) override;
  [[nodiscard]] std::size_t concurrency() const override { return 1; }
  void stop() override;

 private:
  class Runner;
  std::shared_ptr<Runner> runner_;
};

}  // namespace metergate
