// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/dlms_driver.hpp"

#include "gateway/drivers/dlms_operations.hpp"
#include "gateway/drivers/dlms_push.hpp"
#include "gateway/drivers/unsupported_exchange.hpp"

namespace metergate {
namespace {

using dlms_driver::Subject;

/// Starts the exchange of an operation whose object the model names.
struct Start {
  Subject subject;

  template <typename Make>
  std::unique_ptr<Exchange> with(const std::optional<cosem::ObisCode>& object,
                                 std::string_view what, Make make) const {
    if (!object) return unsupported_exchange(subject.meter_model.name, what);
    return make();
  }
  [[nodiscard]] const model::DlmsLayout& layout() const { return subject.layout(); }

  std::unique_ptr<Exchange> operator()(const operation::Identify&) const {
    return with(layout().serial, "serial number", [&] { return identify(subject); });
  }
  std::unique_ptr<Exchange> operator()(const operation::ReadRegisters& op) const {
    return read_registers(subject, op);
  }
  std::unique_ptr<Exchange> operator()(const operation::ReadProfile& op) const {
    return with(layout().load_profile, "load profile", [&] { return read_profile(subject, op); });
  }
  std::unique_ptr<Exchange> operator()(const operation::ReadDaily& op) const {
    return with(layout().daily_profile, "daily values", [&] { return read_daily(subject, op); });
  }
  std::unique_ptr<Exchange> operator()(const operation::ReadLog& op) const {
    if (!layout().logs.contains(op.log)) {
      return unsupported_exchange(subject.meter_model.name, log_word(op.log));
    }
    if (layout().log_columns.sequence == 0) return read_timed_log(subject, op);
    return read_log(subject, op);
  }
  std::unique_ptr<Exchange> operator()(const operation::ReadClock&) const {
    return with(layout().clock, "clock", [&] { return read_clock(subject); });
  }
  std::unique_ptr<Exchange> operator()(const operation::SetClock& op) const {
    return with(layout().clock, "clock", [&] { return set_clock(subject, op); });
  }
  std::unique_ptr<Exchange> operator()(const operation::ReadRelay&) const {
    return with(layout().disconnect_control, "relay", [&] { return read_relay(subject); });
  }
  std::unique_ptr<Exchange> operator()(const operation::OperateRelay& op) const {
    return with(layout().disconnect_control, "relay", [&] { return operate_relay(subject, op); });
  }
  std::unique_ptr<Exchange> operator()(const operation::WriteToken& op) const {
    return with(layout().token_gateway, "token gateway", [&] { return write_token(subject, op); });
  }
  std::unique_ptr<Exchange> operator()(const operation::ReadTransaction& op) const {
    return with(layout().outcome, "outcome of orders",
                [&] { return read_transaction(subject, op); });
  }
  std::unique_ptr<Exchange> operator()(const operation::ReadBilling&) const {
    return unsupported_exchange(subject.meter_model.name, "billing over DLMS");
  }
  std::unique_ptr<Exchange> operator()(const operation::ReadTariff&) const {
    return with(layout().tariff, "tariff", [&] { return read_tariff(subject); });
  }
  std::unique_ptr<Exchange> operator()(const operation::ChangeTenancy& op) const {
    const auto& object = layout().tenancy_date ? layout().tenancy_date : layout().change_tenancy;
    return with(object, "change of tenancy", [&] { return change_tenancy(subject, op); });
  }
  std::unique_ptr<Exchange> operator()(const operation::ChangeSupplier& op) const {
    return with(layout().change_supplier, "change of supplier",
                [&] { return change_supplier(subject, op); });
  }
  std::unique_ptr<Exchange> operator()(const operation::SetTariff& op) const {
    return with(layout().tariff, "tariff", [&] { return set_tariff(subject, op); });
  }
};

}  // namespace

std::unique_ptr<Exchange> DlmsDriver::start(const operation::Operation& operation,
                                            const MeterAddress& address, Pace /*pace*/) const {
  return std::visit(Start{{model_, learnt_, address}}, operation);
}

Result<Pushed, PushUnread> DlmsDriver::pushed(OctetView apdu, const MeterAddress& address,
                                              Now now) const {
  return dlms_driver::read_push(apdu, {model_, learnt_, address}, now);
}

}  // namespace metergate
