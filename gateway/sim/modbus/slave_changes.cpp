// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/sim/modbus/slave_blocks.hpp"

/// Tenancy, supplier, tariff and billing in the registers of a model.
namespace metergate::sim {
namespace {

using model::FieldRole;
using virtual_meter::VirtualMeter;

std::int64_t seconds_of(UtcSeconds time) { return time.time_since_epoch().count(); }

std::uint32_t u32_of(const Fields& fields, FieldRole role) {
  return static_cast<std::uint32_t>(field_number(fields, role));
}

std::string text_of(const Fields& fields, FieldRole role) {
  const auto found = std::ranges::find_if(
      fields, [&](const model::FieldValue& value) { return value.field.role == role; });
  return found == fields.end() ? std::string{} : found->text;
}

std::optional<UtcSeconds> effective_of(const Fields& fields) {
  const std::int64_t seconds = field_number(fields, FieldRole::Effective);
  if (seconds == 0) return std::nullopt;
  return UtcSeconds{std::chrono::seconds{seconds}};
}

Supplier supplier_of(const Fields& fields) {
  return {u32_of(fields, FieldRole::SupplierId), text_of(fields, FieldRole::SupplierName)};
}

/// Nothing for an action or a relay state that this meter doesn't know: it must not do less than
/// it was asked to.
template <typename Order>
std::optional<Order> change_of(const Fields& fields, operation::TransactionId id) {
  Order order;
  const std::uint32_t bits = u32_of(fields, FieldRole::Actions);
  order.actions = ChangeActions::of_bits(bits);
  const std::int64_t relay = field_number(fields, FieldRole::RelayAfter);
  if (order.actions.bits() != bits || relay < 0 ||
      relay > static_cast<std::int64_t>(RelayAfter::Armed)) {
    return std::nullopt;
  }
  order.effective = effective_of(fields);
  order.relay = static_cast<RelayAfter>(relay);
  order.event_id = u32_of(fields, FieldRole::EventId);
  order.transaction = id;
  return order;
}

bool is(const std::optional<model::Block>& named, const model::Block& block) {
  return named && &*named == &block;
}

void append(BlockRegisters& out, const std::vector<model::Field>& fields,
            const std::vector<std::pair<FieldRole, std::int64_t>>& numbers,
            const std::string& text = {}) {
  Fields values;
  for (const model::Field& field : fields) {
    const auto found =
        std::ranges::find(numbers, field.role, &std::pair<FieldRole, std::int64_t>::first);
    values.push_back({field, found == numbers.end() ? 0 : found->second, {}});
    if (field.type == model::NumberType::Ascii) values.back().text = text;
  }
  const BlockRegisters registers = model::encode_fields(values);
  out.insert(out.end(), registers.begin(), registers.end());
}

void append_tariff(BlockRegisters& out, const std::vector<model::Field>& fields,
                   const Tariff& tariff, std::pair<FieldRole, std::int64_t> one_more) {
  append(out, fields,
         {{FieldRole::TariffId, tariff.id},
          {FieldRole::Price, tariff.price_minor_per_kwh},
          {FieldRole::SupplierId, tariff.supplier.id},
          one_more},
         tariff.supplier.name);
}

}  // namespace

BlockRegisters billing_window(const model::Window& window, const Fields& selected,
                              VirtualMeter& meter, UtcSeconds now) {
  const auto answer =
      meter.perform(operation::ReadBilling{u32_of(selected, FieldRole::AfterSequence)}, now);
  operation::BillingPage page;
  if (answer) page = std::get<operation::BillingPage>(*answer);
  const std::size_t count = std::min<std::size_t>(page.snapshots.size(), window.max_records);
  const bool more = count < page.snapshots.size() || !page.complete;
  BlockRegisters out;
  append(out, window.header.fields,
         {{FieldRole::Count, static_cast<std::int64_t>(count)}, {FieldRole::More, more ? 1 : 0}});
  for (std::size_t i = 0; i < count; ++i) {
    const BillingSnapshot& one = page.snapshots[i];
    append(out, window.record,
           {{FieldRole::Sequence, one.sequence},
            {FieldRole::Time, seconds_of(one.meter_time)},
            {FieldRole::Cause, static_cast<std::int64_t>(one.cause)},
            {FieldRole::ImportWh, one.import_wh},
            {FieldRole::ImportVarh, one.import_varh},
            {FieldRole::Balance, one.balance_minor},
            {FieldRole::TariffId, one.tariff_id},
            {FieldRole::SupplierId, one.supplier_id}});
  }
  fill_up(out, window);
  return out;
}

BlockRegisters tariff_window(const model::Window& window, const VirtualMeter& meter) {
  const TariffReading reading = meter.tariff();
  const std::size_t count = std::min<std::size_t>(reading.pending.size(), window.max_records);
  BlockRegisters out;
  append_tariff(out, window.header.fields, reading.active,
                {FieldRole::Count, static_cast<std::int64_t>(count)});
  for (std::size_t i = 0; i < count; ++i) {
    const PendingTariff& one = reading.pending[i];
    append_tariff(out, window.record, one.tariff,
                  {FieldRole::Effective, seconds_of(one.activates)});
  }
  fill_up(out, window);
  return out;
}

std::optional<operation::Operation> understand_change(const model::ModbusLayout& layout,
                                                      const model::Block& block,
                                                      const Fields& fields,
                                                      operation::TransactionId id) {
  if (is(layout.change_tenancy, block)) {
    if (auto order = change_of<operation::ChangeTenancy>(fields, id)) return *order;
  }
  if (is(layout.change_supplier, block)) {
    if (auto order = change_of<operation::ChangeSupplier>(fields, id)) {
      order->supplier = supplier_of(fields);
      return *order;
    }
  }
  if (is(layout.set_tariff, block)) {
    return operation::SetTariff{{u32_of(fields, FieldRole::TariffId), supplier_of(fields),
                                 u32_of(fields, FieldRole::Price)},
                                effective_of(fields),
                                id};
  }
  return std::nullopt;
}

}  // namespace metergate::sim
