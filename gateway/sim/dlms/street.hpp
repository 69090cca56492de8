// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/sim/dlms/callers.hpp"
#include "gateway/sim/dlms/line.hpp"
#include "gateway/sim/dlms/modems.hpp"
#include "gateway/sim/dlms/objects.hpp"
#include "gateway/sim/dlms/tcp_server.hpp"
#include "gateway/sim/street/options.hpp"
#include "meters/models/meter_model.hpp"

namespace metergate::sim {

/// The meters of a street that speak DLMS, and their wires: one HDLC line, one TCP port,
/// connections to a gateway, topics of a broker.
class DlmsStreet {
 public:
  /// With a model of its own each meter shows what that names.
  DlmsStreet(const StreetOptions& options, const std::optional<model::MeterModel>& meter_model);

  enum class Wire : std::uint8_t { Line, Tcp, DialIn, Mqtt };
  /// Before `start`. `number` counts from 1 on each wire.
  [[nodiscard]] Result<Done, std::string> add(StreetMeter& meter, const SerialNumber& serial,
                                              Wire wire, unsigned number);
  /// Opens the wires that have meters; the port is written to `dlms-port` beside the state.
  [[nodiscard]] Result<Done, std::string> start();

  /// Often, for those who connect by themselves.
  void tick();

  /// Nothing without meters on the line.
  [[nodiscard]] const DlmsLine* line() const { return line_.get(); }
  /// 0 without meters on TCP.
  [[nodiscard]] std::uint16_t tcp_port() const;

 private:
  const StreetOptions& options_;
  std::shared_ptr<const DlmsObjects> objects_;
  std::optional<model::TokenEncoding> token_encoding_;
  std::vector<std::unique_ptr<DlmsMeter>> meters_;
  DlmsTargets on_line_;
  std::map<std::string, std::uint16_t> device_addresses_;  ///< of those
  DlmsTargets on_tcp_;
  // After what they serve, so that they stop first.
  std::unique_ptr<DlmsLine> line_;
  std::unique_ptr<TcpServer> tcp_;
  std::unique_ptr<DlmsCallers> callers_;
  std::unique_ptr<DlmsModems> modems_;
};

}  // namespace metergate::sim
