// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

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
                                       operation::ReadProfile, Pace);
[[nodiscard]] ExchangePtr read_daily(const model::MeterModel&, const MeterAddress&,
                                     operation::ReadDaily, Pace);
[[nodiscard]] ExchangePtr read_log(const model::MeterModel&, const MeterAddress&,
                                   operation::ReadLog, Pace);

// modbus_orders.cpp: what changes the meter, and what became of it
[[nodiscard]] ExchangePtr set_clock(const model::MeterModel&, const MeterAddress&,
                                    operation::SetClock);
[[nodiscard]] ExchangePtr operate_relay(const model::MeterModel&, const MeterAddress&,
                                        operation::OperateRelay);
[[nodiscard]] ExchangePtr write_token(const model::MeterModel&, const MeterAddress&,
                                      operation::WriteToken);
[[nodiscard]] ExchangePtr read_transaction(const model::MeterModel&, const MeterAddress&,
                                           operation::ReadTransaction);
/// An order that is one block of fields. Where the model keeps the last transaction, the verdict is
/// read back.
[[nodiscard]] ExchangePtr send_order(const model::MeterModel&, const MeterAddress&,
                                     const model::Block&, operation::TransactionId,
                                     std::vector<model::FieldValue>);

// modbus_changes.cpp: tenancy, supplier, tariff
[[nodiscard]] ExchangePtr read_billing(const model::MeterModel&, const MeterAddress&,
                                       operation::ReadBilling, Pace);
[[nodiscard]] ExchangePtr read_tariff(const model::MeterModel&, const MeterAddress&);
[[nodiscard]] ExchangePtr change_tenancy(const model::MeterModel&, const MeterAddress&,
                                         const operation::ChangeTenancy&);
[[nodiscard]] ExchangePtr change_supplier(const model::MeterModel&, const MeterAddress&,
                                          const operation::ChangeSupplier&);
[[nodiscard]] ExchangePtr set_tariff(const model::MeterModel&, const MeterAddress&,
                                     const operation::SetTariff&);

}  // namespace metergate::modbus_driver
