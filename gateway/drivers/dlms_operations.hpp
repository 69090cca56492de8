// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "gateway/drivers/dlms_exchange.hpp"

/// One function per operation: the exchange that carries it out. The layout is known to have the
/// objects the operation needs (DlmsDriver::start looks first).
namespace metergate::dlms_driver {

using ExchangePtr = std::unique_ptr<Exchange>;

// dlms_reads.cpp: attributes
[[nodiscard]] ExchangePtr identify(Subject subject);
[[nodiscard]] ExchangePtr read_clock(Subject subject);
[[nodiscard]] ExchangePtr read_relay(Subject subject);
[[nodiscard]] ExchangePtr read_transaction(Subject subject, operation::ReadTransaction op);
[[nodiscard]] ExchangePtr read_tariff(Subject subject);

// dlms_registers.cpp: values with scaler and unit
[[nodiscard]] ExchangePtr read_registers(Subject subject, const operation::ReadRegisters& op);

// dlms_profiles.cpp: captured rows
[[nodiscard]] ExchangePtr read_profile(Subject subject, operation::ReadProfile op);
[[nodiscard]] ExchangePtr read_daily(Subject subject, operation::ReadDaily op);

// dlms_logs.cpp: numbered rows
[[nodiscard]] ExchangePtr read_log(Subject subject, operation::ReadLog op);

// dlms_timed_logs.cpp: rows without a number
[[nodiscard]] ExchangePtr read_timed_log(Subject subject, operation::ReadLog op);

// dlms_orders.cpp: what changes the meter
[[nodiscard]] ExchangePtr set_clock(Subject subject, operation::SetClock op);
[[nodiscard]] ExchangePtr operate_relay(Subject subject, operation::OperateRelay op);
[[nodiscard]] ExchangePtr write_token(Subject subject, operation::WriteToken op);
[[nodiscard]] ExchangePtr change_tenancy(Subject subject, const operation::ChangeTenancy& op);
[[nodiscard]] ExchangePtr change_supplier(Subject subject, const operation::ChangeSupplier& op);
[[nodiscard]] ExchangePtr set_tariff(Subject subject, const operation::SetTariff& op);

/// {transaction, 0 or one more than the refusal's number, value} of the last order (`outcome`).
struct LastOrder {
  operation::TransactionId transaction = 0;
  operation::OrderAnswer answer;
};
[[nodiscard]] std::optional<LastOrder> last_order_of(const dlms::GetResult& result);

}  // namespace metergate::dlms_driver
