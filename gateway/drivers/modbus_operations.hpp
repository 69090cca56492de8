// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "gateway/drivers/modbus_exchange.hpp"
#include "protocols/modbus/read_plan.hpp"

/// One function per operation: the exchange that carries it out. The model is known to have the
/// blocks the operation needs (ModbusDriver::start looks first).
namespace metergate::modbus_driver {

using ExchangePtr = std::unique_ptr<Exchange>;

// modbus_reads.cpp: blocks of registers
[[nodiscard]] ExchangePtr read_registers(const model::MeterModel&, const MeterAddress&,
                                         operation::ReadRegisters, const modbus::PlanLimits&);
[[nodiscard]] ExchangePtr identify(const model::MeterModel&, const MeterAddress&);
[[nodiscard]] ExchangePtr read_clock(const model::MeterModel&, const MeterAddress&);
[[nodiscard]] ExchangePtr read_relay(const model::MeterModel&, const MeterAddress&);

// modbus_windows.cpp: records behind a selector
[[nodiscard]] ExchangePtr read_profile(const model::MeterModel&, const MeterAddress&,
                                       operation::ReadProfile);
[[nodiscard]] ExchangePtr read_daily(const model::MeterModel&, const MeterAddress&,
                                     operation::ReadDaily);
[[nodiscard]] ExchangePtr read_log(const model::MeterModel&, const MeterAddress&,
                                   operation::ReadLog);

// modbus_orders.cpp: what changes the meter, and what became of it
[[nodiscard]] ExchangePtr set_clock(const model::MeterModel&, const MeterAddress&,
                                    operation::SetClock);
[[nodiscard]] ExchangePtr operate_relay(const model::MeterModel&, const MeterAddress&,
                                        operation::OperateRelay);
[[nodiscard]] ExchangePtr write_token(const model::MeterModel&, const MeterAddress&,
                                      operation::WriteToken);
[[nodiscard]] ExchangePtr read_transaction(const model::MeterModel&, const MeterAddress&,
                                           operation::ReadTransaction);

}  // namespace metergate::modbus_driver
