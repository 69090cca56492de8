// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meters/models/meter_model.hpp"
#include "meters/models/register_codec.hpp"
#include "meters/virtual/virtual_meter.hpp"
#include "protocols/modbus/pdu.hpp"

namespace metergate::sim {

/// Shows a virtual meter through the registers of any model: one request PDU in, one answer PDU
/// out, exceptions by MODBUS Application Protocol V1.1b3, section 7. Keeps only what a slave keeps
/// between two requests: which records were selected last.
///
///   function not of the model's kind, unknown              01
///   a register the model does not name, half an order      02
///   a count or a content that can't be                     03 (also: transaction id not greater)
///   an order refused by a meter that keeps no verdict      04
class ModbusSlave {
 public:
  explicit ModbusSlave(const model::MeterModel& meter_model) : model_{meter_model} {}

  /// Nothing when the meter is without power.
  [[nodiscard]] std::optional<Octets> serve(virtual_meter::VirtualMeter& meter, OctetView pdu,
                                            UtcSeconds now);

  /// What the model names and no virtual meter measures; these registers show `absent`, else 0.
  [[nodiscard]] static std::vector<cosem::ObisCode> not_measured(const model::MeterModel& model);

 private:
  using Fields = std::vector<model::FieldValue>;
  struct Selections {
    Fields profile;
    Fields daily;
    Fields logs;
    Fields billing;
  };

  [[nodiscard]] modbus::Response answer(virtual_meter::VirtualMeter& meter,
                                        const modbus::Request& request, UtcSeconds now);
  [[nodiscard]] modbus::Response read(virtual_meter::VirtualMeter& meter,
                                      model::RegisterSpace space, std::uint16_t address,
                                      std::uint16_t count, UtcSeconds now) const;
  /// The exception, or nothing when it was done.
  [[nodiscard]] std::optional<modbus::Exception> write(virtual_meter::VirtualMeter& meter,
                                                       std::uint16_t address,
                                                       const modbus::Registers& values,
                                                       UtcSeconds now);
  [[nodiscard]] std::optional<modbus::Exception> order(virtual_meter::VirtualMeter& meter,
                                                       const operation::Operation& operation,
                                                       UtcSeconds now) const;
  [[nodiscard]] std::optional<operation::Operation> understand_order(
      const virtual_meter::VirtualMeter& meter, const model::Block& block,
      const Fields& fields) const;

  const model::MeterModel& model_;
  Selections selected_;
};

}  // namespace metergate::sim
