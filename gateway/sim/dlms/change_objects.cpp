// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/objects.hpp"
#include "meters/tenancy.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/data_access.hpp"

/// What no class of the Blue Book carries: transactions, change of tenancy, of supplier and of
/// tariff. Objects of the maker (C = 128), as structures; GBCS's date of a change of tenancy too.
namespace metergate::sim {
namespace {

using cosem::obis;
using dlms::AccessResult;
using dlms::Array;
using dlms::Data;
using dlms::GetResult;
using dlms::Structure;

// ---- the fields ---------------------------------------------------------------------------------

/// A time, or null-data for "at once".
struct Effective {
  bool valid = false;
  std::optional<UtcSeconds> time{};
};
Effective effective_of(const Data& data) {
  if (data.is<dlms::NullData>()) return {true, {}};
  const auto given = dlms::date_time_of(data);
  const auto time = given ? dlms::to_utc(*given) : std::nullopt;
  if (!time) return {};
  return {true, std::chrono::floor<std::chrono::seconds>(*time)};
}

std::optional<std::uint32_t> u32_of(const Data& data) {
  const auto number = dlms::integer_of(data);
  if (!number || *number < 0 || *number > 0xFFFF'FFFF) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

Data text_data(std::string_view text) {
  return dlms::octet_string(Octets(text.begin(), text.end()));
}

/// {actions, relay afterwards, event id, effective}. Nothing for an action or a relay state that
/// this meter doesn't know: it must not do less than it was asked to.
template <typename Order>
std::optional<Order> change_of(const dlms::DataList& fields) {
  const auto bits = u32_of(fields[0]);
  const auto relay = dlms::integer_of(fields[1]);
  const auto event = u32_of(fields[2]);
  const Effective effective = effective_of(fields[3]);
  if (!bits || !relay || !event || !effective.valid || *relay < 0 ||
      *relay > static_cast<std::int64_t>(RelayAfter::Armed)) {
    return std::nullopt;
  }
  Order order;
  order.actions = ChangeActions::of_bits(*bits);
  if (order.actions.bits() != *bits) return std::nullopt;
  order.relay = static_cast<RelayAfter>(*relay);
  order.event_id = *event;
  order.effective = effective.time;
  return order;
}

// ---- the objects --------------------------------------------------------------------------------

AccessResult write_tenancy(DlmsContext& context, std::int8_t, const Data& value) {
  const auto* fields = dlms::structure_of(value, 4);
  auto order = fields == nullptr ? std::nullopt : change_of<operation::ChangeTenancy>(*fields);
  if (!order) return AccessResult::TypeUnmatched;
  order->transaction = take_transaction(context);
  return give_order(context, *order);
}

AccessResult write_supplier(DlmsContext& context, std::int8_t, const Data& value) {
  const auto* fields = dlms::structure_of(value, 6);
  auto order = fields == nullptr ? std::nullopt : change_of<operation::ChangeSupplier>(*fields);
  const auto id = fields == nullptr ? std::nullopt : u32_of((*fields)[4]);
  const auto name = fields == nullptr ? std::nullopt : dlms::text_of((*fields)[5]);
  if (!order || !id || !name) return AccessResult::TypeUnmatched;
  order->supplier = {*id, *name};
  order->transaction = take_transaction(context);
  return give_order(context, *order);
}

/// {tariff id, supplier id, price, supplier's name, effective}
AccessResult write_tariff(DlmsContext& context, std::int8_t, const Data& value) {
  const auto* fields = dlms::structure_of(value, 5);
  if (fields == nullptr) return AccessResult::TypeUnmatched;
  const auto id = u32_of((*fields)[0]);
  const auto supplier = u32_of((*fields)[1]);
  const auto price = u32_of((*fields)[2]);
  const auto name = dlms::text_of((*fields)[3]);
  const Effective effective = effective_of((*fields)[4]);
  if (!id || !supplier || !price || !name || !effective.valid) return AccessResult::TypeUnmatched;
  return give_order(
      context, operation::SetTariff{
                   {*id, {*supplier, *name}, *price}, effective.time, take_transaction(context)});
}

dlms::DataList tariff_fields(const Tariff& tariff) {
  return {Data{tariff.id}, Data{tariff.supplier.id}, Data{tariff.price_minor_per_kwh},
          text_data(tariff.supplier.name)};
}

/// The tariff in force, and behind it those that wait, each with its time.
GetResult read_tariff(DlmsContext& context, std::int8_t) {
  const TariffReading reading = context.meter.tariff();
  Structure out{tariff_fields(reading.active)};
  Array pending;
  for (const PendingTariff& one : reading.pending) {
    Structure fields{tariff_fields(one.tariff)};
    fields.elements.push_back(dlms::octet_string(dlms::utc_date_time(one.activates)));
    pending.elements.emplace_back(std::move(fields));
  }
  out.elements.emplace_back(std::move(pending));
  return Data{std::move(out)};
}

/// As GBCS has it: data from before this moment is the former tenant's. Everything is purged.
AccessResult write_tenancy_date(DlmsContext& context, std::int8_t, const Data& value) {
  const Effective effective = effective_of(value);
  if (!effective.valid) return AccessResult::TypeUnmatched;
  operation::ChangeTenancy order;
  order.effective = effective.time;
  order.actions = ChangeActions::of_bits((1U << kChangeActions) - 1U);
  order.relay = RelayAfter::Unchanged;
  order.transaction = take_transaction(context);
  return give_order(context, order);
}

GetResult read_tenancy_date(DlmsContext& context, std::int8_t) {
  const auto& fired = context.meter.changes_fired();
  const auto last = std::find_if(fired.rbegin(), fired.rend(), [](const auto& change) {
    return change.kind == virtual_meter::ChangeFired::Kind::Tenancy;
  });
  if (last == fired.rend()) return dlms::octet_string(dlms::DateTime{});
  return dlms::octet_string(dlms::utc_date_time(last->effective));
}

/// {transaction, taken or the number of the refusal, value} of the last order.
GetResult read_outcome(DlmsContext& context, std::int8_t) {
  const auto last = context.meter.last_order();
  if (!last) return Data{};
  const auto* refused = std::get_if<operation::OrderRefused>(&last->answer);
  const auto* taken = std::get_if<operation::OrderTaken>(&last->answer);
  const auto outcome = static_cast<std::uint8_t>(
      refused == nullptr ? 0 : static_cast<unsigned>(refused->refusal) + 1U);
  return Structure{{Data{last->transaction}, Data{outcome},
                    taken != nullptr && taken->value ? Data{*taken->value} : Data{}}};
}

DlmsObject data_object(const cosem::ObisCode& name, AttributeReader read, AttributeWriter write) {
  DlmsObject object{.class_id = cosem::data::kClass, .name = name, .read = std::move(read)};
  if (write) object.writable = {2};
  object.write = std::move(write);
  return object;
}

}  // namespace

void add_change_objects(DlmsObjects& objects) {
  const auto nothing_to_read = [](DlmsContext&, std::int8_t) -> GetResult { return Data{}; };
  objects.push_back(data_object(
      obis(0, 0, 128, 0, 0),
      [](DlmsContext& context, std::int8_t) -> GetResult {
        const auto last = context.meter.last_order();
        return Data{last ? last->transaction : 0U};
      },
      [](DlmsContext& context, std::int8_t, const Data& value) {
        const auto number = u32_of(value);
        if (!number) return AccessResult::TypeUnmatched;
        const auto last = context.meter.last_order();
        if (last && *number <= last->transaction) return AccessResult::ScopeOfAccessViolated;
        context.session.transaction = number;
        return AccessResult::Success;
      }));
  objects.push_back(data_object(obis(0, 0, 128, 0, 1), read_outcome, {}));
  objects.push_back(data_object(obis(0, 0, 128, 1, 0), nothing_to_read, write_tenancy));
  objects.push_back(data_object(obis(0, 0, 128, 1, 1), nothing_to_read, write_supplier));
  objects.push_back(data_object(obis(0, 0, 128, 1, 2), read_tariff, write_tariff));
  objects.push_back(data_object(obis(0, 0, 94, 44, 3, 2), read_tenancy_date, write_tenancy_date));
}

}  // namespace metergate::sim
