// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/modbus_operations.hpp"
#include "gateway/drivers/modbus_window.hpp"

/// Changes of tenancy, supplier and tariff as blocks of registers, and what is read back of them.
namespace metergate::modbus_driver {
namespace {

using model::FieldRole;
using Fields = std::vector<model::FieldValue>;

UtcSeconds time_of(const Fields& fields, FieldRole role) {
  return UtcSeconds{std::chrono::seconds{number_of(fields, role).value_or(0)}};
}
std::uint32_t u32_of(const Fields& fields, FieldRole role) {
  return static_cast<std::uint32_t>(number_of(fields, role).value_or(0));
}

// ---- reads --------------------------------------------------------------------------------------

class ReadBilling : public ReadWindow {
 public:
  ReadBilling(const model::MeterModel& meter_model, const MeterAddress& address,
              operation::ReadBilling op, Pace pace)
      : ReadWindow{meter_model, address, *meter_model.modbus.billing, pace}, op_{op} {}

 private:
  std::int64_t selector(FieldRole role) const override {
    return role == FieldRole::AfterSequence ? op_.after_sequence : 0;
  }

  DriverStep understand(const WindowContent& content, Now) override {
    operation::BillingPage page;
    std::uint32_t last = op_.after_sequence;
    for (const Fields& record : content.records) {
      BillingSnapshot one;
      one.sequence = u32_of(record, FieldRole::Sequence);
      if (one.sequence <= last) {
        return meaningless("billing snapshot " + std::to_string(one.sequence) +
                           " follows snapshot " + std::to_string(last));
      }
      last = one.sequence;
      one.meter_time = time_of(record, FieldRole::Time);
      const std::int64_t cause = number_of(record, FieldRole::Cause).value_or(0);
      if (cause < 1 || cause > kBillingCauses) {
        return meaningless("billing snapshot " + std::to_string(one.sequence) + " has cause " +
                           std::to_string(cause) + "; expected 1 to " +
                           std::to_string(kBillingCauses));
      }
      one.cause = static_cast<BillingCause>(cause);
      one.import_wh = number_of(record, FieldRole::ImportWh).value_or(0);
      one.import_varh = number_of(record, FieldRole::ImportVarh).value_or(0);
      one.balance_minor = number_of(record, FieldRole::Balance).value_or(0);
      one.tariff_id = u32_of(record, FieldRole::TariffId);
      one.supplier_id = u32_of(record, FieldRole::SupplierId);
      page.snapshots.push_back(one);
    }
    page.complete = !content.more();
    return finish(std::move(page));
  }

  operation::ReadBilling op_;
};

Tariff tariff_of(const Fields& fields) {
  const auto name = find_field(fields, FieldRole::SupplierName);
  return {u32_of(fields, FieldRole::TariffId),
          {u32_of(fields, FieldRole::SupplierId), name ? name->text : std::string{}},
          u32_of(fields, FieldRole::Price)};
}

class ReadTariff : public ReadWindow {
 public:
  ReadTariff(const model::MeterModel& meter_model, const MeterAddress& address)
      : ReadWindow{meter_model, address, *meter_model.modbus.tariff, Pace::Full} {}

 private:
  std::int64_t selector(FieldRole) const override { return 0; }

  DriverStep understand(const WindowContent& content, Now now) override {
    TariffReading reading{now.utc, tariff_of(content.header), {}};
    for (const Fields& record : content.records) {
      reading.pending.push_back({tariff_of(record), time_of(record, FieldRole::Effective)});
    }
    if (!is_supplier_name(reading.active.supplier.name)) {
      return meaningless("the name of the active tariff's supplier is no name");
    }
    for (std::size_t i = 0; i < reading.pending.size(); ++i) {
      const PendingTariff& one = reading.pending[i];
      if (!is_supplier_name(one.tariff.supplier.name)) {
        return meaningless("the name of a pending tariff's supplier is no name");
      }
      if (i > 0 && one.activates < reading.pending[i - 1].activates) {
        return meaningless("pending tariffs do not stand with the soonest first");
      }
    }
    return finish(std::move(reading));
  }
};

// ---- orders -------------------------------------------------------------------------------------

std::int64_t register_time(const std::optional<UtcSeconds>& time) {
  return time ? time->time_since_epoch().count() : 0;
}

/// What both changes have.
template <typename Change>
void put_change(model::FieldValue& value, const Change& op) {
  switch (value.field.role) {
    case FieldRole::TransactionId:
      value.number = op.transaction;
      break;
    case FieldRole::Effective:
      value.number = register_time(op.effective);
      break;
    case FieldRole::Actions:
      value.number = op.actions.bits();
      break;
    case FieldRole::RelayAfter:
      value.number = static_cast<std::int64_t>(op.relay);
      break;
    case FieldRole::EventId:
      value.number = op.event_id;
      break;
    default:
      break;
  }
}

void put_supplier(model::FieldValue& value, const Supplier& supplier) {
  if (value.field.role == FieldRole::SupplierId) value.number = supplier.id;
  if (value.field.role == FieldRole::SupplierName) value.text = supplier.name;
}

template <typename Put>
Fields filled(const model::Block& block, Put put) {
  Fields fields;
  for (const model::Field& field : block.fields) {
    fields.push_back({field, 0, {}});
    put(fields.back());
  }
  return fields;
}

}  // namespace

ExchangePtr read_billing(const model::MeterModel& meter_model, const MeterAddress& address,
                         operation::ReadBilling op, Pace pace) {
  return std::make_unique<ReadBilling>(meter_model, address, op, pace);
}

ExchangePtr read_tariff(const model::MeterModel& meter_model, const MeterAddress& address) {
  return std::make_unique<ReadTariff>(meter_model, address);
}

ExchangePtr change_tenancy(const model::MeterModel& meter_model, const MeterAddress& address,
                           const operation::ChangeTenancy& op) {
  const model::Block& block = *meter_model.modbus.change_tenancy;
  return send_order(meter_model, address, block, op.transaction,
                    filled(block, [&](model::FieldValue& value) { put_change(value, op); }));
}

ExchangePtr change_supplier(const model::MeterModel& meter_model, const MeterAddress& address,
                            const operation::ChangeSupplier& op) {
  const model::Block& block = *meter_model.modbus.change_supplier;
  return send_order(meter_model, address, block, op.transaction,
                    filled(block, [&](model::FieldValue& value) {
                      put_change(value, op);
                      put_supplier(value, op.supplier);
                    }));
}

ExchangePtr set_tariff(const model::MeterModel& meter_model, const MeterAddress& address,
                       const operation::SetTariff& op) {
  const model::Block& block = *meter_model.modbus.set_tariff;
  return send_order(meter_model, address, block, op.transaction,
                    filled(block, [&](model::FieldValue& value) {
                      if (value.field.role == FieldRole::TransactionId) {
                        value.number = op.transaction;
                      } else if (value.field.role == FieldRole::Effective) {
                        value.number = register_time(op.activates);
                      } else if (value.field.role == FieldRole::TariffId) {
                        value.number = op.tariff.id;
                      } else if (value.field.role == FieldRole::Price) {
                        value.number = op.tariff.price_minor_per_kwh;
                      } else {
                        put_supplier(value, op.tariff.supplier);
                      }
                    }));
}

}  // namespace metergate::modbus_driver
