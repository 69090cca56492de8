// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/modbus_driver.hpp"

#include <algorithm>

#include "gateway/drivers/modbus_operations.hpp"
#include "gateway/drivers/unsupported_exchange.hpp"

namespace metergate {
namespace {

using namespace modbus_driver;

struct Start {
  const model::MeterModel& model;
  const MeterAddress& address;
  const modbus::PlanLimits& limits;
  Pace pace;

  [[nodiscard]] const model::ModbusLayout& at() const { return model.modbus; }
  template <typename Block, typename Make>
  [[nodiscard]] ExchangePtr with(const std::optional<Block>& block, std::string_view what,
                                 Make make) const {
    if (!block) return unsupported_exchange(model.name, what);
    return make();
  }

  ExchangePtr operator()(const operation::Identify&) const {
    return with(at().identification, "identification", [&] { return identify(model, address); });
  }
  ExchangePtr operator()(const operation::ReadRegisters& op) const {
    return read_registers(model, address, op, limits);
  }
  ExchangePtr operator()(const operation::ReadProfile& op) const {
    return with(at().profile, "profile", [&] { return read_profile(model, address, op, pace); });
  }
  ExchangePtr operator()(const operation::ReadDaily& op) const {
    return with(at().daily, "daily", [&] { return read_daily(model, address, op, pace); });
  }
  ExchangePtr operator()(const operation::ReadLog& op) const {
    return with(at().logs, "logs", [&] { return read_log(model, address, op, pace); });
  }
  ExchangePtr operator()(const operation::ReadClock&) const {
    return with(at().clock, "clock", [&] { return read_clock(model, address); });
  }
  ExchangePtr operator()(const operation::SetClock& op) const {
    return with(at().set_clock, "set_clock", [&] { return set_clock(model, address, op); });
  }
  ExchangePtr operator()(const operation::ReadRelay&) const {
    return with(at().relay, "relay", [&] { return read_relay(model, address); });
  }
  ExchangePtr operator()(const operation::OperateRelay& op) const {
    return with(at().operate_relay, "operate_relay",
                [&] { return operate_relay(model, address, op); });
  }
  ExchangePtr operator()(const operation::WriteToken& op) const {
    return with(at().token, "token", [&] { return write_token(model, address, op); });
  }
  ExchangePtr operator()(const operation::ReadTransaction& op) const {
    return with(at().transaction, "transaction",
                [&] { return read_transaction(model, address, op); });
  }
  ExchangePtr operator()(const operation::ReadBilling& op) const {
    return with(at().billing, "billing", [&] { return read_billing(model, address, op, pace); });
  }
  ExchangePtr operator()(const operation::ReadTariff&) const {
    return with(at().tariff, "tariff", [&] { return read_tariff(model, address); });
  }
  ExchangePtr operator()(const operation::ChangeTenancy& op) const {
    return with(at().change_tenancy, "change_tenancy",
                [&] { return change_tenancy(model, address, op); });
  }
  ExchangePtr operator()(const operation::ChangeSupplier& op) const {
    return with(at().change_supplier, "change_supplier",
                [&] { return change_supplier(model, address, op); });
  }
  ExchangePtr operator()(const operation::SetTariff& op) const {
    return with(at().set_tariff, "set_tariff", [&] { return set_tariff(model, address, op); });
  }
};

}  // namespace

ModbusDriver::ModbusDriver(const model::MeterModel& meter_model, std::uint16_t break_even_gap)
    : model_{meter_model},
      limits_{meter_model.modbus.max_registers_per_read,
              meter_model.modbus.gaps_readable ? break_even_gap : std::uint16_t{0}} {}

std::unique_ptr<Exchange> ModbusDriver::start(const operation::Operation& operation,
                                              const MeterAddress& address, Pace pace) const {
  modbus::PlanLimits limits = limits_;
  if (pace == Pace::Brief) limits.max_registers = std::min(limits.max_registers, kBriefRegisters);
  return std::visit(Start{model_, address, limits, pace}, operation);
}

}  // namespace metergate
