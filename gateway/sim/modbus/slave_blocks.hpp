// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "meters/models/meter_model.hpp"
#include "meters/models/register_codec.hpp"
#include "meters/virtual/virtual_meter.hpp"

/// The blocks and windows of a model, filled from a virtual meter: the mirror image of
/// gateway/drivers/modbus_*.
namespace metergate::sim {

using Fields = std::vector<model::FieldValue>;
using BlockRegisters = std::vector<std::uint16_t>;

[[nodiscard]] BlockRegisters identification(const model::Block& block,
                                            const virtual_meter::VirtualMeter& meter);
[[nodiscard]] BlockRegisters clock(const model::Block& block,
                                   const virtual_meter::VirtualMeter& meter);
[[nodiscard]] BlockRegisters relay(const model::Block& block, const model::ModbusLayout& layout,
                                   const virtual_meter::VirtualMeter& meter);
[[nodiscard]] BlockRegisters transaction(const model::Block& block,
                                         const model::ModbusLayout& layout,
                                         const virtual_meter::VirtualMeter& meter);

/// Header and records for what was selected; no records before the first selection.
[[nodiscard]] BlockRegisters profile_window(const model::Window& window, const Fields& selected,
                                            virtual_meter::VirtualMeter& meter, UtcSeconds now);
[[nodiscard]] BlockRegisters daily_window(const model::Window& window, const Fields& selected,
                                          virtual_meter::VirtualMeter& meter, UtcSeconds now);
[[nodiscard]] BlockRegisters log_window(const model::MeterModel& meter_model,
                                        const Fields& selected, virtual_meter::VirtualMeter& meter,
                                        UtcSeconds now);

[[nodiscard]] BlockRegisters billing_window(const model::Window& window, const Fields& selected,
                                            virtual_meter::VirtualMeter& meter, UtcSeconds now);
[[nodiscard]] BlockRegisters tariff_window(const model::Window& window,
                                           const virtual_meter::VirtualMeter& meter);

/// A change of tenancy, of supplier or of tariff as it stands in the registers of its block;
/// nothing when another block was written, or when no meter could understand it.
[[nodiscard]] std::optional<operation::Operation> understand_change(
    const model::ModbusLayout& layout, const model::Block& block, const Fields& fields,
    operation::TransactionId id);

/// Brings a window to its full size: what is not a record reads as zeros.
void fill_up(BlockRegisters& out, const model::Window& window);
/// The field's number, or 0.
[[nodiscard]] std::int64_t field_number(const Fields& fields, model::FieldRole role);
/// How the model writes the result of an order.
[[nodiscard]] std::uint16_t raw_result(const model::ModbusLayout& layout,
                                       const operation::OrderAnswer& answer);

}  // namespace metergate::sim
